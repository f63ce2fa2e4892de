"""Facts and what follows from them: recorded with the change, handled once per handler, parked when failing."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias
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


class Together:
    """A handler that takes many facts at once, oldest first, in one transaction, whatever came of them otherwise.

    Where that fails, each fact is tried by itself, so that one bad fact holds up no other.
    """

    def __init__(self, handle: Callable[[Tx, Sequence[Any], datetime], Awaitable[None]]) -> None:
        self.handle = handle


EventMap: TypeAlias = Mapping[type[Event], Sequence[Handler | Together]]


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


class _Waiting(NamedTuple):
    pending: PendingEvent
    event: Event


class Dispatcher:
    """Turns recorded facts into effects by the map. Any number may run at once: the mark of a handler decides."""

    def __init__(self, db: Database, event_map: EventMap) -> None:
        self._db = db
        self._handlers = {
            _tag(cls): [(_name(handler), handler) for handler in handlers] for cls, handlers in event_map.items()
        }
        self._classes = {_tag(cls): cls for cls in event_map}

    async def run_once(self, now: datetime, *, limit: int = 200) -> int:
        """Handles up to `limit` waiting facts and returns how many it looked at.

        Each fact in turn, oldest first; then those handlers that take many at once.
        """
        pending = await _list_pending(self._db, list(self._handlers), now, limit)
        waiting = [each for each in [await self._read(event, now) for event in pending] if each is not None]
        for each in waiting:
            for name, handler in self._handlers[each.pending.type]:
                if not isinstance(handler, Together):
                    await self._hand_over(name, handler, each, now)
        for name, (handler, several) in self._together(waiting).items():
            await self._hand_over_together(name, handler, several, now)
        if pending:
            await _mark_done_where_settled(self._db, pending, self._names(), now)
        return len(pending)

    def _names(self) -> list[tuple[str, str]]:
        return [(kind, name) for kind, handlers in self._handlers.items() for name, _ in handlers]

    def _together(self, waiting: Sequence[_Waiting]) -> dict[str, tuple[Together, list[_Waiting]]]:
        """By handler, in the order of the map."""
        found: dict[str, tuple[Together, list[_Waiting]]] = {}
        for kind, handlers in self._handlers.items():
            mine = [each for each in waiting if each.pending.type == kind]
            for name, handler in handlers:
                if mine and isinstance(handler, Together):
                    found.setdefault(name, (handler, []))[1].extend(mine)
        return found

    async def _read(self, pending: PendingEvent, now: datetime) -> _Waiting | None:
        try:
            return _Waiting(pending, msgspec.json.decode(pending.payload, type=self._classes[pending.type]))
        except msgspec.DecodeError as error:  # no further try can read it
            log.error("event cannot be read", extra={"event": pending.type})
            for name, _ in self._handlers[pending.type]:
                await _note_failure(self._db, pending, name, error, now, most=1)
            return None

    async def _hand_over(self, name: str, handler: Handler, each: _Waiting, now: datetime) -> None:
        try:
            async with self._db.transaction() as tx:
                if await _claim(tx, [each.pending], name, now):
                    await handler(tx, each.event, now)
        except Exception as error:  # noqa: BLE001 - one failing handler must not stop the others; the failure is kept
            _warn(name, each.pending, error)
            await _note_failure(self._db, each.pending, name, error, now)

    async def _hand_over_together(
        self, name: str, handler: Together, several: Sequence[_Waiting], now: datetime
    ) -> None:
        ordered = sorted(several, key=lambda each: each.pending.event_id)
        try:
            async with self._db.transaction() as tx:
                claimed = await _claim(tx, [each.pending for each in ordered], name, now)
                mine = [each.event for each in ordered if each.pending.event_id in claimed]
                if mine:
                    await handler.handle(tx, mine, now)
        except Exception as error:  # noqa: BLE001 - as above
            _warn(name, ordered[0].pending, error)
            if len(ordered) == 1:
                await _note_failure(self._db, ordered[0].pending, name, error, now)
            else:
                for each in ordered:
                    await self._hand_over_together(name, handler, [each], now)


def _warn(name: str, pending: PendingEvent, error: Exception) -> None:
    extra = {"handler": name, "event": pending.type, "error": type(error).__name__}
    log.warning("event handler failed", extra=extra)


def _tag(cls: type[Event]) -> str:
    tag = cls.__struct_config__.tag
    if not isinstance(tag, str):
        raise TypeError(f"{cls.__name__} has no tag")
    return tag


def _name(handler: Handler | Together) -> str:
    """Kept with what is done: a handler that changes its name starts anew."""
    handle = handler.handle if isinstance(handler, Together) else handler
    return f"{handle.__module__.rsplit('.', 1)[-1]}.{getattr(handle, '__name__', 'handler')}"


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


async def _claim(tx: Tx, events: Sequence[PendingEvent], handler: str, now: datetime) -> set[UUID]:
    """Marks the handler as done in the transaction of its effect; leaves out where it is done, parked or not due yet.

    In one order for all, so that two never wait for each other in a circle.
    """
    rows = await tx.fetch(
        """INSERT INTO event_handlings AS h (subject_id, event_id, handler, attempts, done_at)
           SELECT subject_id, event_id, $3, 1, $4
           FROM unnest($1::uuid[], $2::uuid[]) AS n (subject_id, event_id) ORDER BY event_id
           ON CONFLICT (subject_id, event_id, handler) DO UPDATE SET done_at = $4, attempts = h.attempts + 1
           WHERE h.done_at IS NULL AND h.parked_at IS NULL AND h.next_at <= $4
           RETURNING event_id""",
        [event.subject_id for event in events],
        [event.event_id for event in events],
        handler,
        now,
    )
    return {row["event_id"] for row in rows}


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


async def _mark_done_where_settled(
    db: Database, events: Sequence[PendingEvent], handlers: Sequence[tuple[str, str]], now: datetime
) -> None:
    """A fact is done once each handler of the map is done with it or parked. `handlers`: type and name.

    What another program is marking is left to it, or to the next time.
    """
    await db.execute(
        """WITH settled AS (
               SELECT e.subject_id, e.event_id
               FROM unnest($1::uuid[], $2::uuid[]) AS n (subject_id, event_id)
               JOIN events e ON e.subject_id = n.subject_id AND e.event_id = n.event_id
               WHERE e.done_at IS NULL
                 AND NOT EXISTS (SELECT FROM unnest($3::text[], $4::text[]) AS m (type, handler)
                                 WHERE m.type = e.type AND NOT EXISTS (
                                     SELECT FROM event_handlings h
                                     WHERE h.subject_id = e.subject_id AND h.event_id = e.event_id
                                       AND h.handler = m.handler
                                       AND (h.done_at IS NOT NULL OR h.parked_at IS NOT NULL)))
               FOR UPDATE OF e SKIP LOCKED)
           UPDATE events e SET done_at = $5
           FROM settled s WHERE e.subject_id = s.subject_id AND e.event_id = s.event_id""",
        [event.subject_id for event in events],
        [event.event_id for event in events],
        [kind for kind, _ in handlers],
        [name for _, name in handlers],
        now,
    )
