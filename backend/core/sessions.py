"""Sessions of signed-in residents: kept in Redis, named by a random cookie of which only the hash is stored."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from redis.asyncio import Redis

SESSION_COOKIE = "sid"
LIFETIME = timedelta(hours=12)
IDLE = timedelta(minutes=60)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in on one device. `display_name` is masked already; nothing else of the person is kept here."""

    key: str
    subject_id: UUID
    csrf_token: str
    display_name: str
    created_at: datetime


def _key(cookie: str) -> str:
    return "session:" + hashlib.sha256(cookie.encode()).hexdigest()


def _owner_key(subject_id: UUID) -> str:
    return f"sessions-of:{subject_id}"


async def create_session(redis: Redis, subject_id: UUID, display_name: str, now: datetime) -> tuple[str, Session]:
    """A new session under a new random name (never the one the browser had before): returns the cookie's value too."""
    cookie = secrets.token_urlsafe(32)
    session = Session(
        key=_key(cookie),
        subject_id=subject_id,
        csrf_token=secrets.token_urlsafe(32),
        display_name=display_name,
        created_at=now,
    )
    await redis.set(session.key, msgspec.msgpack.encode(session), ex=int(IDLE.total_seconds()))
    await redis.sadd(_owner_key(subject_id), session.key)
    await redis.expire(_owner_key(subject_id), int(LIFETIME.total_seconds()))
    return cookie, session


async def find_session(redis: Redis, cookie: str, now: datetime) -> Session | None:
    """The living session of a cookie; each look-up keeps it alive for another idle period, up to its full lifetime."""
    stored = await redis.getex(_key(cookie), ex=int(IDLE.total_seconds()))
    if not isinstance(stored, bytes):
        return None
    session = msgspec.msgpack.decode(stored, type=Session)
    if now - session.created_at > LIFETIME:
        await end_session(redis, session)
        return None
    return session


async def end_session(redis: Redis, session: Session) -> None:
    await redis.delete(session.key)
    await redis.srem(_owner_key(session.subject_id), session.key)


async def end_all_sessions(redis: Redis, subject_id: UUID) -> None:
    """Signs a person out on every device; one command per key, since they live in different slots of a cluster."""
    for key in await redis.smembers(_owner_key(subject_id)):
        await redis.delete(key)
    await redis.delete(_owner_key(subject_id))
