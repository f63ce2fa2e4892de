"""Signing in: an attempt that one browser may bring back once, within ten minutes, exchanged for a session."""

import hashlib
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from backend.citizens.authority import read_authority
from backend.citizens.errors import (
    BadName,
    BadNumber,
    DocumentNotServed,
    LevelTooLow,
    LoginDenied,
    LoginExpired,
    PersonDeceased,
    ProviderAnswerRefused,
)
from backend.citizens.holders import check_holder
from backend.citizens.masking import mask_name
from backend.citizens.models import Holder, Identity, Level, SubjectKind
from backend.citizens.oidc.relying_party import RelyingParty
from backend.citizens.phones import parse_phone
from backend.citizens.representation import replace_claimed
from backend.citizens.service import recognise
from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.errors import Refusal
from backend.core.sessions import Session, create_session

log = logging.getLogger(__name__)

ATTEMPT_LIFETIME = timedelta(minutes=10)
_TOKEN_LENGTH = 43  # of 32 random bytes in base64url; also a legal PKCE verifier (RFC 7636, section 4.1)
_CITIZEN_ID = "111"  # GA/T 2000.156, kinds of document
_LEVELS = {"2": Level.REAL_NAME, "3": Level.ADVANCED}


class Attempt(Struct, frozen=True, kw_only=True):
    """What must come back unchanged. `browser` is the hash of the cookie of the browser that began."""

    browser: bytes
    nonce: str
    code_verifier: str
    return_path: str


class Callback(Struct, frozen=True, kw_only=True):
    """The query of the provider's answer (RFC 6749, section 4.1.2; RFC 9207)."""

    state: str | None = None
    code: str | None = None
    error: str | None = None
    iss: str | None = None


class SignInFailed(Exception):
    """Why, and where the person had wanted to go, as far as the attempt is known."""

    def __init__(self, refusal: Refusal, return_path: str | None = None) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.return_path = return_path


class SignedIn(Struct, frozen=True, kw_only=True):
    cookie: str
    session: Session
    return_path: str


def browser_token(cookie: str | None) -> str:
    """The token that binds attempts to a browser: the one it has, so that two tabs can sign in, else a new one."""
    if cookie is not None and len(cookie) == _TOKEN_LENGTH and cookie.isascii():
        return cookie
    return secrets.token_urlsafe(32)


async def begin_login(
    redis: Redis, relying_party: RelyingParty, *, browser: str, return_path: str, locale: str, now: datetime
) -> str:
    """Keeps a new attempt and returns the provider's address to go to; raises ProviderUnavailable."""
    state = secrets.token_urlsafe(32)
    attempt = Attempt(
        browser=_digest(browser),
        nonce=secrets.token_urlsafe(32),
        code_verifier=secrets.token_urlsafe(32),
        return_path=return_path,
    )
    url = await relying_party.authorization_url(
        state=state, nonce=attempt.nonce, code_verifier=attempt.code_verifier, locale=locale, now=now
    )
    await redis.set(_key(state), msgspec.msgpack.encode(attempt), ex=ATTEMPT_LIFETIME)
    return url


async def finish_login(
    db: Database,
    redis: Redis,
    keyring: Keyring,
    relying_party: RelyingParty,
    *,
    callback: Callback,
    browser: str | None,
    now: datetime,
) -> SignedIn:
    """A session for whom the provider vouches for; raises SignInFailed, whose refusal tells the person what to do.

    Order matters: the attempt is used up before anything of the answer is looked at, so nothing can be tried twice.
    """
    attempt = None
    try:
        attempt = await _take_attempt(redis, callback.state, browser)
        claims = await _believe(relying_party, callback, attempt, now)
        identity = _identity(claims, now)
        subject = await recognise(db, keyring, identity, now)
        if subject.died_on is not None:
            raise PersonDeceased
        await replace_claimed(db, keyring, subject.subject_id, read_authority(claims, now), now)
    except Refusal as refusal:
        log.warning("sign-in refused", extra={"code": refusal.code, "reason": refusal.facts.get("reason")})
        raise SignInFailed(refusal, None if attempt is None else attempt.return_path) from refusal
    cookie, session = await _open_session(redis, subject.subject_id, identity, now)
    return SignedIn(cookie=cookie, session=session, return_path=attempt.return_path)


async def _take_attempt(redis: Redis, state: str | None, browser: str | None) -> Attempt:
    """The attempt of this state, once, for the browser that began it (RFC 9700, section 4.7)."""
    stored = await redis.getdel(_key(state)) if state else None
    if not isinstance(stored, bytes):
        raise LoginExpired
    attempt = msgspec.msgpack.decode(stored, type=Attempt)
    if browser is None or not secrets.compare_digest(_digest(browser), attempt.browser):
        raise LoginExpired
    return attempt


async def _believe(
    relying_party: RelyingParty, callback: Callback, attempt: Attempt, now: datetime
) -> Mapping[str, Any]:
    await relying_party.check_answering_issuer(callback.iss, now)
    if callback.error == "access_denied":
        raise LoginDenied
    if callback.error is not None or not callback.code:
        raise ProviderAnswerRefused(reason="callback_error")
    return await relying_party.redeem(callback.code, nonce=attempt.nonce, code_verifier=attempt.code_verifier, now=now)


def _identity(claims: Mapping[str, Any], now: datetime) -> Identity:
    """Whom the claims name: `id_type` by GA/T 2000.156, `id_number`, `name`, `phone_number`, `acr` as real-name level.

    Residence permits of 18 characters are numbered like citizen IDs and are served alike, whatever their type.
    """
    level = _LEVELS.get(str(claims.get("acr")))
    if level is None:
        raise LevelTooLow
    number, name, phone = claims.get("id_number"), claims.get("name"), claims.get("phone_number")
    if not isinstance(number, str) or not isinstance(name, str):
        raise ProviderAnswerRefused(reason="identity_missing")
    holder = Holder(SubjectKind.PERSON, number, name)
    try:
        check_holder(holder, local_date(now))
    except (BadNumber, BadName) as error:
        if claims.get("id_type", _CITIZEN_ID) != _CITIZEN_ID:
            raise DocumentNotServed from error
        raise ProviderAnswerRefused(reason=error.code) from error
    return Identity(holder=holder, phone=parse_phone(phone) if isinstance(phone, str) else None, level=level)


async def _open_session(redis: Redis, subject_id: UUID, identity: Identity, now: datetime) -> tuple[str, Session]:
    return await create_session(redis, subject_id, mask_name(identity.holder.name), now, level=identity.level)


def _key(state: str) -> str:
    return "login:" + _digest(state).hex()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
