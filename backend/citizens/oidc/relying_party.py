"""Our side of the conversation with the identity provider."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
from joserfc.jwk import KeySet
from msgspec import Struct

from backend.citizens.errors import ProviderAnswerRefused, ProviderMissing, ProviderUnavailable
from backend.citizens.oidc.cached import Cached
from backend.citizens.oidc.id_token import UnknownKey, read_key_set, verify_id_token
from backend.citizens.oidc.metadata import WELL_KNOWN, Metadata
from backend.citizens.oidc.wire import Wire, decoded, open_client
from backend.core.settings import Settings

CALLBACK_PATH = "/login/callback"
SCOPE = "openid profile phone identity authority"


class Client(Struct, frozen=True, kw_only=True):
    """What the provider knows us by."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str


class Tokens(Struct, frozen=True, kw_only=True):
    """A successful answer of the token endpoint (OpenID Connect Core, section 3.1.3.3)."""

    access_token: str
    id_token: str
    token_type: str


class RelyingParty:
    """One per process: it keeps the provider's metadata and keys."""

    def __init__(self, client: Client, http: httpx.AsyncClient) -> None:
        self._client = client
        self._wire = Wire(http)
        self._metadata = Cached(self._fetch_metadata)
        self._keys = Cached(self._fetch_keys)

    async def close(self) -> None:
        await self._wire.close()

    async def authorization_url(self, *, state: str, nonce: str, code_verifier: str, locale: str, now: datetime) -> str:
        """Where to send the browser: code flow with PKCE S256 (RFC 7636, section 4.2), state and nonce."""
        metadata = await self._metadata.get(now)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        return _with_query(
            metadata.authorization_endpoint,
            {
                "response_type": "code",
                "client_id": self._client.client_id,
                "redirect_uri": self._client.redirect_uri,
                "scope": SCOPE,
                "state": state,
                "nonce": nonce,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
                "ui_locales": locale,
            },
        )

    async def check_answering_issuer(self, iss: str | None, now: datetime) -> None:
        """The callback must come from the provider we asked (RFC 9207, section 2.4, against mix-up)."""
        metadata = await self._metadata.get(now)
        expected = metadata.authorization_response_iss_parameter_supported or iss is not None
        if expected and iss != self._client.issuer:
            raise ProviderAnswerRefused(reason="callback_issuer")

    async def redeem(self, code: str, *, nonce: str, code_verifier: str, now: datetime) -> Mapping[str, Any]:
        """The verified claims of ID token and userinfo; raises ProviderUnavailable or ProviderAnswerRefused."""
        metadata = await self._metadata.get(now)
        tokens = await self._exchange(metadata, code, code_verifier)
        claims = await self._verify(tokens, nonce, now)
        if metadata.userinfo_endpoint is None:
            return claims
        return await self._userinfo(metadata.userinfo_endpoint, tokens.access_token, claims)

    async def logout_url(self, return_to: str, now: datetime) -> str | None:
        """Where to end the provider's own session (RP-Initiated Logout 1.0); None when it offers none or is away.

        We name ourselves by client_id and send no id_token_hint: a token does not belong into a URL.
        """
        try:
            endpoint = (await self._metadata.get(now)).end_session_endpoint
        except (ProviderMissing, ProviderUnavailable, ProviderAnswerRefused):
            return None
        if endpoint is None:
            return None
        return _with_query(endpoint, {"client_id": self._client.client_id, "post_logout_redirect_uri": return_to})

    async def _exchange(self, metadata: Metadata, code: str, code_verifier: str) -> Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.redirect_uri,
            "code_verifier": code_verifier,
        }
        headers = {}
        if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            headers["Authorization"] = self._basic_credentials()
        else:
            form |= {"client_id": self._client.client_id, "client_secret": self._client.client_secret}
        response = await self._wire.send("POST", metadata.token_endpoint, data=form, headers=headers)
        if response.status_code != 200:
            raise ProviderAnswerRefused(reason="code")
        tokens = decoded(response, Tokens)
        if tokens.token_type.lower() != "bearer":
            raise ProviderAnswerRefused(reason="token_type")
        return tokens

    def _basic_credentials(self) -> str:
        """RFC 6749, section 2.3.1: each part is form-encoded first."""
        pair = f"{quote_plus(self._client.client_id)}:{quote_plus(self._client.client_secret)}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    async def _verify(self, tokens: Tokens, nonce: str, now: datetime) -> Mapping[str, Any]:
        """With the keys at hand, and once more with newer ones when the token names a key they lack."""
        expected: dict[str, Any] = {
            "issuer": self._client.issuer,
            "client_id": self._client.client_id,
            "nonce": nonce,
            "access_token": tokens.access_token,
            "now": now,
        }
        try:
            return verify_id_token(tokens.id_token, await self._keys.get(now), **expected)
        except UnknownKey:
            try:
                return verify_id_token(tokens.id_token, await self._keys.get_newer(now), **expected)
            except UnknownKey as error:
                raise ProviderAnswerRefused(reason="kid") from error

    async def _userinfo(self, endpoint: str, access_token: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """Core, section 5.3.4: believed only when it speaks of the same `sub`; the ID token's word goes first."""
        response = await self._wire.send("GET", endpoint, headers={"Authorization": f"Bearer {access_token}"})
        if response.status_code != 200:
            raise ProviderAnswerRefused(reason="userinfo")
        userinfo = decoded(response, dict[str, Any])
        if userinfo.get("sub") != claims["sub"]:
            raise ProviderAnswerRefused(reason="userinfo_sub")
        return {**userinfo, **claims}

    async def _fetch_metadata(self, _now: datetime) -> Metadata:
        if not self._client.issuer:
            raise ProviderMissing
        metadata = decoded(await self._wire.get_document(self._client.issuer.rstrip("/") + WELL_KNOWN), Metadata)
        metadata.check(self._client.issuer)
        return metadata

    async def _fetch_keys(self, now: datetime) -> KeySet:
        metadata = await self._metadata.get(now)
        return read_key_set(decoded(await self._wire.get_document(metadata.jwks_uri), dict[str, Any]))


def client_of(settings: Settings) -> Client:
    """What the settings say the provider knows us by."""
    return Client(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        redirect_uri=settings.public_url.rstrip("/") + CALLBACK_PATH,
    )


def connect_relying_party(settings: Settings) -> RelyingParty:
    """The relying party of this process as its settings name it. It holds no connection open between sign-ins."""
    return RelyingParty(client_of(settings), open_client())


def _with_query(endpoint: str, parameters: Mapping[str, str]) -> str:
    """Keeps a query that the endpoint has already (RFC 6749, section 3.1)."""
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"
