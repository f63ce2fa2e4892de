"""The feed protocol: newline-delimited JSON in, each line stored by the department's own id, an answer for each line.

A batch of lines is one transaction; what was committed stays when the connection breaks, and the same feed sent again
changes nothing of it.
"""

import asyncio
import logging
from collections.abc import AsyncIterable, Sequence
from datetime import datetime
from typing import Generic

import asyncpg

from backend.core.clock import Clock, local_date
from backend.core.db import Database
from backend.core.errors import Refusal
from backend.core.ids import uuid7
from backend.departments.answers import Counts, Tally
from backend.departments.faults import LINE_TOO_LONG, NOT_STORABLE, Fault, LineRefused
from backend.departments.judging import Judgement, Outcome
from backend.departments.lines import MAX_BATCH_LINES, Line, batches
from backend.departments.models import DepartmentId
from backend.departments.protocol import Content, Feed, Received
from backend.departments.queries import list_entries, lock_feed, upsert_entries, upsert_feed_day
from backend.departments.reading import read_id

log = logging.getLogger(__name__)

_BREATH = 100  # lines read before other requests get their turn
_ATTEMPTS = 4
_TRY_AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
# What a single line may cause. A lost connection or a full disk is not among them and ends the feed.
_OF_A_LINE = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
    ArithmeticError,
    LookupError,
    Refusal,
    TypeError,
    ValueError,
)


async def take_feed(
    db: Database,
    feed: Feed[Content],
    department_id: DepartmentId,
    stream: AsyncIterable[bytes],
    clock: Clock,
    *,
    batch_lines: int = MAX_BATCH_LINES,
) -> Tally:
    """Stores a stream of lines and tells what became of each.

    Memory is bounded by one batch, whatever the stream or a line of it measures. Feeds of one kind from one department
    take turns batch by batch. The clock is read per batch, since a feed may run for hours and each batch stands alone.
    """
    run = _Run(db, feed, department_id, clock)
    async for batch in batches(stream, batch_lines):
        await run.take(batch)
    return run.tally


class _Run(Generic[Content]):
    """One feed from its first line to its last."""

    def __init__(self, db: Database, feed: Feed[Content], department_id: DepartmentId, clock: Clock) -> None:
        self._db = db
        self._feed = feed
        self._department_id = department_id
        self._clock = clock
        self._run_id = uuid7()
        self.tally = Tally()

    async def take(self, batch: Sequence[Line]) -> None:
        now, received, before = self._clock.now(), list[Received[Content]](), self.tally.counts
        for at, line in enumerate(batch):
            if at % _BREATH == 0:
                await asyncio.sleep(0)
            try:
                received.append(self._read(line, now))
            except LineRefused as refused:
                self.tally.refuse(line.number, read_id(line.raw), refused.fault)
        if received:
            await self._store(received)
        await self._note(before, now)

    async def _note(self, before: Counts, now: datetime) -> None:
        """Adds what became of this batch to the figures of the day; its lines themselves are committed."""
        more = Counts(*(after - then for after, then in zip(self.tally.counts, before, strict=True)))
        await upsert_feed_day(self._db, local_date(now), self._department_id, self._feed.name, more)

    def _read(self, line: Line, now: datetime) -> Received[Content]:
        if line.raw is None:
            raise LineRefused(LINE_TOO_LONG)
        return Received(line.number, self._feed.read(line.raw, now))

    async def _store(self, received: Sequence[Received[Content]]) -> None:
        """All in one transaction; where that fails on content, halves of it, until the line at fault stands alone."""
        try:
            outcomes = await self._transact(received)
        except _OF_A_LINE as error:
            if len(received) == 1:
                self._give_up(received[0], error)
            else:
                middle = len(received) // 2
                await self._store(received[:middle])
                await self._store(received[middle:])
        else:
            for outcome in outcomes:
                self._count(outcome)

    async def _transact(self, received: Sequence[Received[Content]]) -> list[Outcome]:
        for _ in range(1, _ATTEMPTS):
            try:
                return await self._try(received)
            except _TRY_AGAIN:
                continue
        return await self._try(received)

    async def _try(self, received: Sequence[Received[Content]]) -> list[Outcome]:
        owner, name = self._department_id, self._feed.name
        async with self._db.transaction() as tx:
            await lock_feed(tx, owner, name)
            now = self._clock.now()
            ids = {key for line in received for key in (line.candidate.source_id, *line.candidate.refers_to)}
            directory = await list_entries(tx, owner, name, list(ids))
            desk = await self._feed.open(tx, received, directory, now)
            judgement = Judgement(desk, directory, self._run_id)
            for line in received:
                judgement.judge(line)
            changes = list(judgement.changes.values())
            subjects = await desk.write(tx, changes, now) if changes else []
            if entries := judgement.entries(subjects):
                await upsert_entries(tx, owner, name, entries)
        return judgement.outcomes

    def _count(self, outcome: Outcome) -> None:
        if outcome.fault is not None:
            self.tally.refuse(outcome.line, outcome.source_id, outcome.fault)
        elif not outcome.changed:
            self.tally.unchanged.add(outcome.line)
        else:
            self.tally.accepted.add(outcome.line)
            if outcome.instead_of is not None:
                self.tally.replace(outcome.instead_of, outcome.source_id, by=outcome.line)

    def _give_up(self, received: Received[Content], error: Exception) -> None:
        log.warning(
            "feed line cannot be stored",
            extra={
                "department": self._department_id,
                "feed": self._feed.name,
                "line": received.number,
                "error": type(error).__name__,
            },
        )
        self.tally.refuse(received.number, received.candidate.source_id, Fault(NOT_STORABLE))
