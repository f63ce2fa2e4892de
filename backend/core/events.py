"""Facts and what follows from them: recorded with the change, handled once per handler, parked when failing."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

from backend.core.db import Database, Tx, many
from backend.core.ids import uuid7

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
_FIRST_RETRY = timedelta(seconds=2)


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """A past-tense fact about one subject. Subclasses give their `tag`, e.g. "licences.recorded", and their facts."""

    subject_id: UUID


Handler: TypeAlias = Callable[[Tx, Any, datetime], Awaitable[None]]
EventMap: TypeAlias = Mapping[type[Event], Sequence[Handler]]


class PendingEvent(msgspec.Struct, frozen=True):
    subject_id: UUID
    event_id: UUID
    type: str
    payload: str


async def record(tx: Tx, events: Sequence[Event], now: datetime) -> None:
    """Stores facts in the transaction that made them true."""
    if not events:
        return
    await tx.execute(
        """INSERT INTO events (subject_id, event_id, type, payload, recorded_at)
           SELECT subject_id, event_id, type, payload::jsonb, $5
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS t (subject_id, event_id, type, payload)""",
        [event.subject_id for event in events],
        [uuid7() for _ in events],
        [_tag(type(event)) for event in events],
        [msgspec.json.encode(event).decode() for event in events],
        now,
    )


class Dispatcher:
    """Turns recorded facts into effects by the map. Any number may run at once: the mark of a handler decides."""

    def __init__(self, db: Database, event_map: EventMap) -> None:
        self._db = db
        self._handlers = {
            _tag(cls): [(_name(handler), handler) for handler in handlers] for cls, handlers in event_map.items()
        }
        self._classes = {_tag(cls): cls for cls in event_map}

    async def run_once(self, now: datetime, *, limit: int = 200) -> int:
        """Handles up to `limit` waiting facts, oldest first, and returns how many it looked at."""
        pending = await _list_pending(self._db, list(self._handlers), now, limit)
        silent = [event for event in pending if not self._handlers.get(event.type)]
        if silent:
            await _mark_done(self._db, silent, now)
        for event in pending:
            if self._handlers.get(event.type):
                await self._handle(event, now)
        return len(pending)

    async def _handle(self, pending: PendingEvent, now: datetime) -> None:
        handlers = self._handlers[pending.type]
        try:
            event = msgspec.json.decode(pending.payload, type=self._classes[pending.type])
        except msgspec.DecodeError as error:  # no further try can read it
            log.error("event cannot be read", extra={"event": pending.type})
            for name, _ in handlers:
                await _note_failure(self._db, pending, name, error, now, most=1)
        else:
            await self._hand_over(event, pending, now)
        await _mark_done_when_settled(self._db, pending, [name for name, _ in handlers], now)

    async def _hand_over(self, event: Event, pending: PendingEvent, now: datetime) -> None:
        for name, handler in self._handlers[pending.type]:
            try:
                async with self._db.transaction() as tx:
                    if await _claim(tx, pending, name, now):
                        await handler(tx, event, now)
            except Exception as error:  # noqa: BLE001 - one failing handler must not stop the others; the failure is kept
                log.warning(
                    "event handler failed",
                    extra={"handler": name, "event": pending.type, "error": type(error).__name__},
                )
                await _note_failure(self._db, pending, name, error, now)


def _tag(cls: type[Event]) -> str:
    tag = cls.__struct_config__.tag
    if not isinstance(tag, str):
        raise TypeError(f"{cls.__name__} has no tag")
    return tag


def _name(handler: Handler) -> str:
    return f"{handler.__module__.rsplit('.', 1)[-1]}.{getattr(handler, '__name__', 'handler')}"


async def _list_pending(db: Database, types: Sequence[str], now: datetime, limit: int) -> list[PendingEvent]:
    """Facts of types that this program knows; those of a newer program wait for it."""
    return await many(
        db,
        PendingEvent,
        """SELECT e.subject_id, e.event_id, e.type, e.payload::text AS payload
           FROM events e
           WHERE e.done_at IS NULL AND e.type = ANY($3::text[])
             AND NOT EXISTS (SELECT 1 FROM event_handlings h
                             WHERE h.subject_id = e.subject_id AND h.event_id = e.event_id
                               AND h.done_at IS NULL AND h.parked_at IS NULL AND h.next_at > $1)
           ORDER BY e.event_id LIMIT $2""",
        now,
        limit,
        types,
    )


async def _claim(tx: Tx, event: PendingEvent, handler: str, now: datetime) -> bool:
    """Marks the handler as done in the transaction of its effect; False when it is done, parked or not due yet."""
    return (
        await tx.fetchval(
            """INSERT INTO event_handlings AS h (subject_id, event_id, handler, attempts, done_at)
           VALUES ($1, $2, $3, 1, $4)
           ON CONFLICT (subject_id, event_id, handler) DO UPDATE SET done_at = $4, attempts = h.attempts + 1
           WHERE h.done_at IS NULL AND h.parked_at IS NULL AND h.next_at <= $4
           RETURNING true""",
            event.subject_id,
            event.event_id,
            handler,
            now,
        )
        or False
    )


async def _note_failure(
    db: Database, event: PendingEvent, handler: str, error: Exception, now: datetime, *, most: int = MAX_ATTEMPTS
) -> None:
    """Says when to try again; after the last of so many attempts the handler is parked for this fact."""
    await db.execute(
        """INSERT INTO event_handlings AS h (subject_id, event_id, handler, attempts, next_at, last_error, parked_at)
           VALUES ($1, $2, $3, 1, $4::timestamptz + $6::interval, $5, CASE WHEN $7 <= 1 THEN $4::timestamptz END)
           ON CONFLICT (subject_id, event_id, handler) DO UPDATE SET
               attempts = h.attempts + 1,
               next_at = $4::timestamptz + $6::interval * power(2, h.attempts),
               parked_at = CASE WHEN h.attempts + 1 >= $7 THEN $4::timestamptz END,
               last_error = $5
           WHERE h.done_at IS NULL""",
        event.subject_id,
        event.event_id,
        handler,
        now,
        type(error).__name__,
        _FIRST_RETRY,
        most,
    )


async def _mark_done(db: Database, events: Sequence[PendingEvent], now: datetime) -> None:
    await db.execute(
        """UPDATE events e SET done_at = $3
           FROM unnest($1::uuid[], $2::uuid[]) AS done (subject_id, event_id)
           WHERE e.subject_id = done.subject_id AND e.event_id = done.event_id""",
        [event.subject_id for event in events],
        [event.event_id for event in events],
        now,
    )


async def _mark_done_when_settled(db: Database, event: PendingEvent, handlers: Sequence[str], now: datetime) -> None:
    """A fact is done once each handler of the map is done with it or parked."""
    await db.execute(
        """UPDATE events SET done_at = $4
           WHERE subject_id = $1 AND event_id = $2
             AND $5 = (SELECT count(*) FROM event_handlings
                       WHERE subject_id = $1 AND event_id = $2 AND handler = ANY($3)
                         AND (done_at IS NOT NULL OR parked_at IS NOT NULL))""",
        event.subject_id,
        event.event_id,
        list(handlers),
        now,
        len(handlers),
    )
