"""A day's bill of 100,000 rows per provider: read, added up and matched; the time of a row and the memory it takes."""

import asyncio
import contextlib
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg

from backend.payments.models import Channel
from tests.bench.figures import Figure
from tests.bench.machine import say
from tests.bench.servers import servers
from tests.payments.reconciliation import large_day
from tests.payments.reconciliation.daybook import WRITERS

MOST_MEMORY_MIB = 64
_FEW, _MANY = 10_000, 100_000
_MOST_GROWTH = 2.0  # of the time for a row: linear, with room for a machine that others use as well


async def run() -> list[Figure]:
    figures: list[Figure] = []
    async with servers() as (database_url, _):
        for channel in Channel:
            say(f"reconciling {_FEW:,} and {_MANY:,} rows of {channel}")
            few, many = [await _reconciled(database_url, channel, rows) for rows in (_FEW, _MANY)]
            figures += _figures(channel, few, many)
    return figures


def _figures(channel: Channel, few: dict[str, Any], many: dict[str, Any]) -> list[Figure]:
    used = many["more_kib"] / 1024
    return [
        Figure(
            name=f"reconciliation: {_MANY:,} rows of {channel}",
            value=many["seconds"],
            unit="s",
            against=f"a row of {_FEW:,}, in {few['seconds']} s",
            ratio=many["seconds"] / few["seconds"] * _FEW / _MANY,
            target=_MOST_GROWTH,
            better="less",
        ),
        Figure(
            name="  memory beyond the program's own",
            value=used,
            unit="MiB",
            against=f"{MOST_MEMORY_MIB} MiB; the file has {many['file_kib'] / 1024:.1f}",
            ratio=used / MOST_MEMORY_MIB,
            target=1,
            better="less",
        ),
    ]


async def _reconciled(database_url: str, channel: Channel, rows: int) -> dict[str, Any]:
    """In a database and a process of its own."""
    async with _store(database_url, f"{channel}_{rows}") as dsn:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "bill"
            path.write_bytes(WRITERS[channel](await large_day.populate(dsn, channel, rows)))
            arguments = (sys.executable, "-m", large_day.__name__, dsn, channel, str(path))
            program = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
            told: dict[str, Any] = json.loads((await program.communicate())[0])
    if (told["matched"], told["differing"]) != (rows, {}):
        raise ValueError(f"{channel}: {told}")
    return told


@contextlib.asynccontextmanager
async def _store(database_url: str, name: str) -> AsyncIterator[str]:
    admin = await asyncpg.connect(database_url.replace("/suishenban?", "/postgres?"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE suishenban")
    try:
        yield database_url.replace("/suishenban?", f"/{name}?")
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()
