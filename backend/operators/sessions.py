"""Sessions of operators: kept in Redis, named by a random cookie, and tied to the key they were begun with."""

import hashlib
import secrets
from datetime import datetime, timedelta

import msgspec
from redis.asyncio import Redis

from backend.core.db import Database
from backend.operators.models import OperatorId, OperatorSession
from backend.operators.queries import find_living_operator

LIFETIME = timedelta(hours=12)

_COOKIE_BYTES = 32
_COOKIE_LENGTH = 43  # of 32 bytes in base64url


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    operator_id: OperatorId
    key_hash: bytes
    csrf_token: str
    created_at: datetime


async def create_session(redis: Redis, operator_id: OperatorId, key_hash: bytes, now: datetime) -> str:
    """A new session under a new random name; returns the value of the cookie."""
    cookie = secrets.token_urlsafe(_COOKIE_BYTES)
    stored = _Stored(
        operator_id=operator_id,
        key_hash=key_hash,
        csrf_token=secrets.token_urlsafe(_COOKIE_BYTES),
        created_at=now,
    )
    await redis.set(_key(cookie), msgspec.msgpack.encode(stored), ex=LIFETIME)
    return cookie


async def find_session(db: Database, redis: Redis, cookie: str, now: datetime) -> OperatorSession | None:
    """The living session of a cookie.

    The operator is read anew each time: whoever was revoked or has another key since is out with the next request.
    """
    stored = await _find_stored(redis, cookie)
    if stored is None or now - stored.created_at >= LIFETIME:
        return None
    living = await find_living_operator(db, stored.operator_id)
    if living is None or not secrets.compare_digest(living[1], stored.key_hash):
        return None
    return OperatorSession(
        operator_id=stored.operator_id, name=living[0], roles=living[2], csrf_token=stored.csrf_token
    )


async def end_session(redis: Redis, cookie: str) -> None:
    await redis.delete(_key(cookie))


async def _find_stored(redis: Redis, cookie: str) -> _Stored | None:
    if len(cookie) != _COOKIE_LENGTH or not cookie.isascii():
        return None
    stored = await redis.get(_key(cookie))
    try:
        return msgspec.msgpack.decode(stored, type=_Stored) if isinstance(stored, bytes) else None
    except msgspec.DecodeError:  # written by another version of this program: sign in again
        return None


def _key(cookie: str) -> str:
    return "operator-session:" + hashlib.sha256(cookie.encode()).hexdigest()
