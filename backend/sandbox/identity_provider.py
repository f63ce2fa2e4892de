"""An OpenID Connect provider for development and tests: real protocol, made-up people, no passwords."""

import base64
import binascii
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus, urlencode, urlsplit

from msgspec import Struct

from backend.sandbox.grants import Grant, Grants
from backend.sandbox.residents import DemoResident, find_resident
from backend.sandbox.signing import Signer, base64url, half_hash

_ID_TOKEN_LIFETIME = timedelta(minutes=5)
SCOPES = ("openid", "profile", "phone", "identity", "authority")


class RegisteredClient(Struct, frozen=True, kw_only=True):
    """A relying party as the provider has registered it; addresses are compared as they are (RFC 9700, 4.1.3)."""

    client_id: str
    client_secret: str
    redirect_uri: str
    post_logout_redirect_uri: str


class AuthorizationRequest(Struct, frozen=True, kw_only=True):
    """OpenID Connect Core, section 3.1.2.1, with PKCE (RFC 7636, section 4.3)."""

    response_type: str = ""
    client_id: str = ""
    redirect_uri: str = ""
    scope: str = ""
    state: str = ""
    nonce: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    ui_locales: str = ""

    def fault(self) -> str | None:
        """The error code that goes back to the client, if something is wrong (RFC 6749, section 4.1.2.1)."""
        if self.response_type != "code":
            return "unsupported_response_type"
        if "openid" not in self.scope.split():
            return "invalid_scope"
        if self.code_challenge_method != "S256" or len(self.code_challenge) != 43:
            return "invalid_request"  # a client without PKCE is not served (RFC 9700, section 2.1.1)
        return None


class TokenRequest(Struct, frozen=True, kw_only=True):
    """RFC 6749, section 4.1.3; client credentials by header or form."""

    grant_type: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    client_id: str = ""
    client_secret: str = ""


class TokenRefusal(Exception):
    """RFC 6749, section 5.2."""

    def __init__(self, error: str, status: int = 400) -> None:
        self.error = error
        self.status = status
        super().__init__(error)


class IdentityProvider:
    """What the endpoints do, apart from HTTP."""

    def __init__(self, issuer: str, client: RegisteredClient) -> None:
        self.issuer = issuer
        self.signer = Signer()
        self._client = client
        self._grants = Grants()

    @property
    def path(self) -> str:
        return urlsplit(self.issuer).path.rstrip("/")

    def discovery(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0, section 3."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/end_session",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "ui_locales_supported": ["zh-CN", "en"],
            "acr_values_supported": ["1", "2", "3"],
            "authorization_response_iss_parameter_supported": True,
        }

    def key_set(self) -> dict[str, Any]:
        return {"keys": [self.signer.jwk()]}

    def knows(self, request: AuthorizationRequest) -> bool:
        """Only a registered client with its registered address is ever redirected to."""
        return (request.client_id, request.redirect_uri) == (self._client.client_id, self._client.redirect_uri)

    def answer(self, request: AuthorizationRequest, **outcome: str) -> str:
        """The address that takes a code or an error back to the client, with `iss` (RFC 9207)."""
        query = {**outcome, "iss": self.issuer}
        if request.state:
            query["state"] = request.state
        return f"{request.redirect_uri}{'&' if '?' in request.redirect_uri else '?'}{urlencode(query)}"

    def grant(self, request: AuthorizationRequest, resident: DemoResident, now: datetime) -> str:
        """A code for the resident who was chosen."""
        return self._grants.issue_code(
            Grant(
                resident=resident.key,
                client_id=request.client_id,
                redirect_uri=request.redirect_uri,
                scope=request.scope,
                nonce=request.nonce or None,
                code_challenge=request.code_challenge,
                granted_at=now,
            )
        )

    def exchange(self, request: TokenRequest, authorization: str | None, now: datetime) -> dict[str, Any]:
        """Tokens for a code; raises TokenRefusal."""
        self._authenticate(request, authorization)
        if request.grant_type != "authorization_code":
            raise TokenRefusal("unsupported_grant_type")
        grant = self._grants.redeem(
            request.code, self._client.client_id, request.redirect_uri, request.code_verifier, now
        )
        resident = find_resident(grant.resident) if grant else None
        if grant is None or resident is None:
            raise TokenRefusal("invalid_grant")
        token = self._grants.issue_token(request.code, grant, now)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": grant.scope,
            "id_token": self.signer.sign(self.claims(resident, grant.nonce, token, now)),
        }

    def claims(self, resident: DemoResident, nonce: str | None, access_token: str, now: datetime) -> dict[str, Any]:
        """The ID token (Core, section 2): says that somebody signed in, not who: that is for userinfo."""
        issued_at = int(now.timestamp())
        claims = {
            "iss": self.issuer,
            "sub": _pairwise(resident, self._client.client_id),
            "aud": self._client.client_id,
            "exp": issued_at + int(_ID_TOKEN_LIFETIME.total_seconds()),
            "iat": issued_at,
            "auth_time": issued_at,
            "acr": resident.acr,
            "at_hash": half_hash(access_token),
        }
        return claims if nonce is None else {**claims, "nonce": nonce}

    def userinfo(self, authorization: str | None, now: datetime) -> dict[str, Any] | None:
        """What the scopes of an access token open (Core, section 5.3); None when it opens nothing."""
        scheme, _, token = (authorization or "").partition(" ")
        access = self._grants.find_access(token, now) if scheme.lower() == "bearer" else None
        resident = find_resident(access.resident) if access else None
        if access is None or resident is None:
            return None
        claims: dict[str, Any] = {"sub": _pairwise(resident, self._client.client_id)}
        by_scope: dict[str, dict[str, Any]] = {
            "profile": {"name": resident.name},
            "phone": {"phone_number": f"+86{resident.phone}"},
            "identity": {"id_type": resident.id_type, "id_number": resident.number},
            "authority": {"authority": _authority(resident)},
        }
        for scope in access.scope.split():
            claims |= by_scope.get(scope, {})
        return claims

    def after_logout(self, client_id: str, return_to: str, state: str) -> str | None:
        """Where to go after the end of the session; None unless registered (RP-Initiated Logout 1.0, section 3)."""
        if (client_id, return_to) != (self._client.client_id, self._client.post_logout_redirect_uri):
            return None
        return f"{return_to}?{urlencode({'state': state})}" if state else return_to

    def _authenticate(self, request: TokenRequest, authorization: str | None) -> None:
        given = _basic(authorization) if authorization else (request.client_id, request.client_secret)
        expected = (self._client.client_id, self._client.client_secret)
        same = [secrets.compare_digest(a.encode(), b.encode()) for a, b in zip(given, expected, strict=True)]
        if not all(same):
            raise TokenRefusal("invalid_client", 401)


def _authority(resident: DemoResident) -> list[dict[str, Any]]:
    """For whom the resident may act, after the OpenID Connect Authority claims extension."""
    found: list[tuple[str, str, str, str]] = []
    if resident.organisation is not None:
        found.append(("organisation", resident.organisation.number, resident.organisation.name, resident.role))
    if resident.child is not None:
        found.append(("person", resident.child.number, resident.child.name, "guardian"))
    return [
        {"applies_to": {"kind": kind, "number": number, "name": name}, "permission": {"role": role}}
        for kind, number, name, role in found
    ]


def _pairwise(resident: DemoResident, client_id: str) -> str:
    """A `sub` that says nothing of the person and differs between clients (Core, section 8.1)."""
    return base64url(hashlib.sha256(f"{client_id}/{resident.key}".encode()).digest()[:18])


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        pair = base64.b64decode(encoded, validate=True).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        pair = ""
    client_id, _, secret = pair.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)
