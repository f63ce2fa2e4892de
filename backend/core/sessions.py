"""Sessions of signed-in residents: kept in Redis, named by a random cookie of which only the hash is stored."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import msgspec
from redis.asyncio import Redis

SESSION_COOKIE = "sid"
LIFETIME = timedelta(hours=12)
IDLE = timedelta(minutes=60)

_IDLE_S = int(IDLE.total_seconds())
_COOKIE_BYTES = 32
_COOKIE_LENGTH = 43  # of 32 bytes in base64url


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in on one device. `display_name` is masked already; nothing else of the person is kept here.

    `level` says how well the identity provider has proven the person (`backend.citizens.models.Level`).
    """

    key: str
    subject_id: UUID
    csrf_token: str
    display_name: str
    created_at: datetime
    level: str = ""


def _key(cookie: str) -> str:
    return "session:" + hashlib.sha256(cookie.encode()).hexdigest()


def _owner_key(subject_id: UUID) -> str:
    return f"sessions-of:{subject_id}"


async def create_session(
    redis: Redis, subject_id: UUID, display_name: str, now: datetime, *, level: str = ""
) -> tuple[str, Session]:
    """A new session under a new random name (never the one the browser had before): returns the cookie's value too."""
    cookie = secrets.token_urlsafe(_COOKIE_BYTES)
    session = Session(
        key=_key(cookie),
        subject_id=subject_id,
        csrf_token=secrets.token_urlsafe(_COOKIE_BYTES),
        display_name=display_name,
        created_at=now,
        level=level,
    )
    await _enlist(redis, session, now)  # first, so that no session can live unlisted
    await redis.set(session.key, msgspec.msgpack.encode(session), ex=_IDLE_S)
    return cookie, session


async def find_session(redis: Redis, cookie: str, now: datetime) -> Session | None:
    """The living session of a cookie; each look-up keeps it alive for another idle period, up to its full lifetime."""
    if len(cookie) != _COOKIE_LENGTH or not cookie.isascii():
        return None
    stored = await redis.getex(_key(cookie), ex=_IDLE_S)
    if not isinstance(stored, bytes):
        return None
    try:
        session = msgspec.msgpack.decode(stored, type=Session)
    except msgspec.DecodeError:  # written by another version of this program: sign in again
        return None
    if now - session.created_at >= LIFETIME:
        await end_session(redis, session)
        return None
    return session


async def end_session(redis: Redis, session: Session) -> None:
    """Signs one device out."""
    await redis.delete(session.key)
    await redis.zrem(_owner_key(session.subject_id), session.key)


async def end_sessions_of(redis: Redis, subject_id: UUID) -> None:
    """Signs a person out everywhere."""
    for key in cast("list[bytes]", await redis.zrange(_owner_key(subject_id), 0, -1)):
        await redis.delete(key)
        await redis.zrem(_owner_key(subject_id), key)


async def count_other_sessions(redis: Redis, session: Session) -> int:
    """On how many other devices this person is signed in."""
    return sum([await redis.exists(key) for key in await _others(redis, session)])


async def end_other_sessions(redis: Redis, session: Session) -> int:
    """Signs the person out everywhere but here and returns on how many devices.

    One command per key, since they live in different slots of a cluster. What is created meanwhile stays listed: only
    the names that were read are struck off.
    """
    ended = 0
    for key in await _others(redis, session):
        ended += await redis.delete(key)
        await redis.zrem(_owner_key(session.subject_id), key)
    return ended


async def _others(redis: Redis, session: Session) -> list[bytes]:
    listed = cast("list[bytes]", await redis.zrange(_owner_key(session.subject_id), 0, -1))
    return [key for key in listed if key.decode() != session.key]


async def _enlist(redis: Redis, session: Session, now: datetime) -> None:
    """Keeps the names of a person's sessions by the moment they end at the latest, and strikes off those past it."""
    owner = _owner_key(session.subject_id)
    await redis.zremrangebyscore(owner, "-inf", now.timestamp())
    await redis.zadd(owner, {session.key: (now + LIFETIME).timestamp()})
    await redis.expire(owner, int(LIFETIME.total_seconds()))
