"""A day of many rows is reconciled to the last one, in little memory: measured in a process of its own."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from backend.core.db import Database
from backend.payments import ledger
from backend.payments.models import Channel
from tests.payments.reconciliation import large_day
from tests.payments.reconciliation.daybook import WRITERS

ROWS = 10_000


@pytest.mark.slow
@pytest.mark.parametrize("channel", Channel)
async def test_a_large_day_is_matched_in_little_memory(
    channel: Channel, database_url: str, db: Database, tmp_path: Path
) -> None:
    trades, path = await large_day.populate(database_url, channel, ROWS), tmp_path / "bill"
    path.write_bytes(WRITERS[channel](trades))
    before = await ledger.broken_invariants(db)  # this office issues no receipts

    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", large_day.__name__, database_url, channel, str(path), stdout=asyncio.subprocess.PIPE
    )
    told = json.loads((await program.communicate())[0])

    print(f"{channel}: {told}")
    assert (told["matched"], told["differing"]) == (ROWS, {})
    assert told["more_kib"] < 24 * 1024
    assert await ledger.broken_invariants(db) == before
