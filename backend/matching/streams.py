"""Ordered streams of subjects: merged without repetitions, cut into batches."""

import heapq
from collections.abc import AsyncIterator, Sequence
from uuid import UUID


async def merged(streams: Sequence[AsyncIterator[UUID]]) -> AsyncIterator[UUID]:
    """Streams that are each in order, as one. They may share a connection: only one is read at a time."""
    heads: list[tuple[UUID, int]] = []
    for number, stream in enumerate(streams):
        first = await anext(stream, None)
        if first is not None:
            heapq.heappush(heads, (first, number))
    last = None
    while heads:
        subject_id, number = heads[0]
        if subject_id != last:
            yield subject_id
        last = subject_id
        following = await anext(streams[number], None)
        if following is None:
            heapq.heappop(heads)
        else:
            heapq.heapreplace(heads, (following, number))


async def in_batches(subjects: AsyncIterator[UUID], size: int) -> AsyncIterator[list[UUID]]:
    batch: list[UUID] = []
    async for subject_id in subjects:
        batch.append(subject_id)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
