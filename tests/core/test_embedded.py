"""The embedded servers: start, answer, survive a kill, leave with their parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
from redis.asyncio import Redis

from backend.core.db import Database
from backend.embedded.postgres import EmbeddedPostgres

PARENT = """
import sys, time
from pathlib import Path
from backend.embedded.postgres import EmbeddedPostgres
from backend.embedded.redis import EmbeddedRedis
directory = Path(sys.argv[1])
postgres, cache = EmbeddedPostgres(directory), EmbeddedRedis(directory)
postgres.start(); cache.start()
print(postgres._process.pid, cache._process.pid, flush=True)
time.sleep(60)
"""


async def test_postgres_makes_trigrams_of_chinese(db: Database) -> None:
    assert await db.fetchval("SELECT show_trgm('身份证') <> '{}'")


async def test_redis_answers(redis: Redis) -> None:
    assert await redis.ping()


async def test_a_killed_parent_leaves_nothing_running_and_loses_nothing(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / ("x" * 60) / "data"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(directory)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    children = [int(pid) for pid in parent.stdout.readline().split()]
    connection = await asyncpg.connect(EmbeddedPostgres(directory).dsn())
    await connection.execute("CREATE TABLE kept (x int); INSERT INTO kept VALUES (1)")
    await connection.close()

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    deadline = time.monotonic() + 10
    while any(map(_alive, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_alive, children))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
