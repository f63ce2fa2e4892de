"""Codes and access tokens of the sandbox identity provider, in memory for as long as they count."""

import hashlib
import secrets
from datetime import datetime, timedelta

from msgspec import Struct

from backend.sandbox.signing import base64url

CODE_LIFETIME = timedelta(seconds=60)
TOKEN_LIFETIME = timedelta(minutes=5)


class Grant(Struct, frozen=True, kw_only=True):
    """What was agreed in the browser: who, for which client, bound to what."""

    resident: str
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    granted_at: datetime


class Access(Struct, frozen=True, kw_only=True):
    """What an access token opens."""

    resident: str
    scope: str
    expires_at: datetime


class Grants:
    """Codes work once; a code that comes back takes the tokens of its first use with it (RFC 6749, section 4.1.2)."""

    def __init__(self) -> None:
        self._codes: dict[str, Grant] = {}
        self._used: dict[str, str] = {}
        self._tokens: dict[str, Access] = {}

    def issue_code(self, grant: Grant) -> str:
        self._forget(grant.granted_at)
        code = secrets.token_urlsafe(32)
        self._codes[code] = grant
        return code

    def redeem(self, code: str, client_id: str, redirect_uri: str, code_verifier: str, now: datetime) -> Grant | None:
        """The grant of a code, once, to whom it was given and who knows the verifier (RFC 7636, section 4.6)."""
        grant = self._codes.pop(code, None)
        if grant is None:
            self._tokens.pop(self._used.pop(code, ""), None)
            return None
        challenge = base64url(hashlib.sha256(code_verifier.encode()).digest())
        holds = (
            now - grant.granted_at < CODE_LIFETIME
            and grant.client_id == client_id
            and grant.redirect_uri == redirect_uri
            and secrets.compare_digest(challenge.encode(), grant.code_challenge.encode())
        )
        return grant if holds else None

    def issue_token(self, code: str, grant: Grant, now: datetime) -> str:
        token = secrets.token_urlsafe(32)
        self._tokens[token] = Access(resident=grant.resident, scope=grant.scope, expires_at=now + TOKEN_LIFETIME)
        self._used[code] = token
        return token

    def find_access(self, token: str, now: datetime) -> Access | None:
        access = self._tokens.get(token)
        return access if access is not None and now < access.expires_at else None

    def _forget(self, now: datetime) -> None:
        self._codes = {code: grant for code, grant in self._codes.items() if now - grant.granted_at < CODE_LIFETIME}
        self._tokens = {token: access for token, access in self._tokens.items() if now < access.expires_at}
        self._used = {code: token for code, token in self._used.items() if token in self._tokens}
