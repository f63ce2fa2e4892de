"""Ordered streams of matches: merged by resident, cut into batches that never split one."""

import heapq
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from backend.reminders.models import Match


async def merged(streams: Sequence[AsyncIterator[Match]]) -> AsyncIterator[Match]:
    """Streams that are each ordered by resident, as one. They may share a connection: only one is read at a time."""
    heads: list[tuple[UUID, int, Match]] = []
    for number, stream in enumerate(streams):
        first = await anext(stream, None)
        if first is not None:
            heapq.heappush(heads, (first.licence.subject_id, number, first))
    while heads:
        _, number, match = heads[0]
        yield match
        following = await anext(streams[number], None)
        if following is None:
            heapq.heappop(heads)
        else:
            heapq.heapreplace(heads, (following.licence.subject_id, number, following))


async def in_batches(matches: AsyncIterator[Match], residents: int) -> AsyncIterator[list[Match]]:
    """All matches of up to so many residents at a time, so that whoever has several gets one message."""
    batch: list[Match] = []
    seen, last = 0, None
    async for match in matches:
        if match.licence.subject_id != last:
            if seen == residents:
                yield batch
                batch, seen = [], 0
            seen, last = seen + 1, match.licence.subject_id
        batch.append(match)
    if batch:
        yield batch
