"""Fifty thousand licences stream through without growing the process."""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.departments.feeds import take_feed
from backend.licences.feed import LicenceFeed
from tests.departments.feeding import Town, licence_line, ndjson

MANY = 50_000
CHUNK = 500


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
async def test_fifty_thousand_licences_stream_in_bounded_memory(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    key = await town.department()
    peak = 0

    async def lines(first: int, last: int) -> AsyncIterator[bytes]:
        nonlocal peak
        for start in range(first, last, CHUNK):
            yield ndjson(licence_line(n, face={"准驾车型": "C1"}) for n in range(start, start + CHUNK))
            peak = max(peak, resident_bytes())

    async def feed(first: int, last: int) -> float:
        started = time.perf_counter()
        feed = LicenceFeed(key, town.city, town.keyring)
        tally = await take_feed(town.db, feed, key.department_id, lines(first, last), town.clock)
        assert tally.accepted.count + tally.unchanged.count == last - first
        return (last - first) / (time.perf_counter() - started)

    await feed(0, 5_000)
    before = resident_bytes()
    new, again = await feed(5_000, MANY), await feed(5_000, MANY)
    with capsys.disabled():
        print(f"\n{new:,.0f} new and {again:,.0f} known licences/s, {(peak - before) / 2**20:.1f} MiB more in memory")

    assert await town.db.fetchval("SELECT count(*) FROM licences") == MANY
    assert peak - before < 24 * 2**20
