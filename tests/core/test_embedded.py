"""The embedded servers: start, answer, survive a kill, leave with their parent."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from backend.core.db import Database
from backend.embedded import privileges
from backend.embedded.postgres import EmbeddedPostgres, find_programs

PARENT = """
import sys, time
from pathlib import Path
from backend.embedded import privileges
from backend.embedded.postgres import EmbeddedPostgres, find_programs
from backend.embedded.redis import EmbeddedRedis
directory = Path(sys.argv[1])
postgres, cache = EmbeddedPostgres(directory), EmbeddedRedis(directory)
postgres.start(); cache.start()
print(postgres.pid, cache.pid, flush=True)
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

    deadline = time.monotonic() + 60
    while any(map(_alive, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_alive, children))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_user_namespaces_runs_postgres_as_another_account(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)  # as a home directory of root: the other account cannot enter
    run_as = privileges.choose(find_programs(), tmp_path / "postgres", namespaces=False)
    postgres = EmbeddedPostgres(tmp_path, durable=False, run_as=run_as)
    try:
        postgres.start()

        owner = Path(f"/proc/{postgres.pid}").stat().st_uid

        assert owner != 0
        assert (tmp_path / "postgres" / "PG_VERSION").exists(), "the data is found where it was asked for"
    finally:
        postgres.stop()
        shutil.rmtree(run_as.data.parent, ignore_errors=True)
