"""Pointers to work in a Redis stream. All of it may vanish: `service.requeue_due` rebuilds it from Postgres."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from notifications.models import Pointer

STREAM = "{notifications}:work"
GROUP = "senders"
_MARKER = "{notifications}:work:known"
_PAUSE = "{notifications}:pause:"
_CHUNK = 1000

# One command for many entries: a command for each of them costs more than the rest of queueing a message.
_ADD = """
for place = 1, #ARGV, 2 do
    redis.call('XADD', KEYS[1], '*', 'r', ARGV[place], 'm', ARGV[place + 1])
end
"""

Entry = tuple[bytes, Pointer]


async def add(redis: Redis, pointers: Sequence[Pointer]) -> None:
    script = redis.register_script(_ADD)
    for start in range(0, len(pointers), _CHUNK):
        some = pointers[start : start + _CHUNK]
        ids = [each for pointer in some for each in (pointer.recipient_id.bytes, pointer.message_id.bytes)]
        await script(keys=[STREAM], args=ids)


async def take(redis: Redis, consumer: str, *, count: int, abandoned_after: timedelta, block_ms: int) -> list[Entry]:
    """Entries for this consumer: first those another one took and never finished, then new ones.

    Waits up to `block_ms` for the first new entry (0: not at all).
    """
    idle_ms = int(abandoned_after.total_seconds() * 1000)
    try:
        claimed = await redis.xautoclaim(STREAM, GROUP, consumer, min_idle_time=idle_ms, count=count)
    except ResponseError as error:
        if not str(error).startswith("NOGROUP"):
            raise
        await _create_group(redis)
        claimed = [b"0-0", [], []]
    entries: list[Any] = [(entry_id, fields) for entry_id, fields in claimed[1] if fields]
    if not entries:
        answer: Any = await redis.xreadgroup(GROUP, consumer, {STREAM: ">"}, count=count, block=block_ms or None)
        streams = answer.items() if isinstance(answer, dict) else answer or []
        entries = [entry for _, found in streams for entry in found]
    return [(entry_id, _pointer(fields)) for entry_id, fields in entries]


async def finish(redis: Redis, entry_ids: Sequence[bytes]) -> None:
    """Forgets entries, after their results are committed."""
    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.xack(STREAM, GROUP, *entry_ids)
        pipeline.xdel(STREAM, *entry_ids)
        await pipeline.execute()


async def count_waiting(redis: Redis) -> int:
    """Entries not finished, those being worked on included."""
    return int(await redis.xlen(STREAM))


async def was_lost(redis: Redis) -> bool:
    """True once after Redis came up empty: nothing that was pointed at before is known to it."""
    return bool(await redis.set(_MARKER, b"1", nx=True))


async def pause(redis: Redis, lane: str, until: datetime, now: datetime) -> None:
    """Tells every sender to leave a push service alone for a while."""
    left_ms = max(1, int((until - now).total_seconds() * 1000))
    await redis.set(_PAUSE + lane, str(until.timestamp()), px=left_ms)


async def find_pauses(redis: Redis, lanes: Sequence[str]) -> Mapping[str, datetime]:
    """Lane → until when, for those that are paused."""
    if not lanes:
        return {}
    values = await redis.mget([_PAUSE + lane for lane in lanes])
    return {
        lane: datetime.fromtimestamp(float(value), tz=UTC)
        for lane, value in zip(lanes, values, strict=True)
        if value is not None
    }


async def _create_group(redis: Redis) -> None:
    try:
        await redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
    except ResponseError as error:
        if not str(error).startswith("BUSYGROUP"):
            raise


def _pointer(fields: Mapping[bytes, bytes]) -> Pointer:
    return Pointer(UUID(bytes=fields[b"r"]), UUID(bytes=fields[b"m"]))
