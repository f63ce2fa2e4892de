"""Programs and servers of a hall: real ones, that end at bad moments."""

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.embedded.redis import EmbeddedRedis
from backend.supervision import Child, Program, ProgramFailed, ServerEnded, Supervisor
from tests.journeys.hall import free_port

SILENT = "import time; print('here', flush=True); time.sleep(60)"
ENDING = "print('cannot begin', flush=True)"


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    with Supervisor() as running:
        yield running


def child(directory: Path, code: str, *, answers_at: str | None = None) -> Child:
    command = [sys.executable, "-c", code]
    return Child(Program("clerk", [], answers_at), command, dict(os.environ), directory / "clerk.log")


def nobody_there() -> str:
    return f"http://127.0.0.1:{free_port()}/healthz"


def until_said(log: Path, words: str) -> None:
    deadline = time.monotonic() + 30
    while not log.exists() or words not in log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_server_that_dies_while_a_program_is_awaited_ends_the_hall_at_once(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    redis = EmbeddedRedis(tmp_path)
    supervisor.serve(redis)

    def kill() -> None:
        until_said(tmp_path / "clerk.log", "here")
        assert redis.pid is not None
        os.kill(redis.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    began = time.monotonic()
    with pytest.raises(ServerEnded, match=re.escape(f"see {redis.log}")):
        supervisor.start([child(tmp_path, SILENT, answers_at=nobody_there())])
    killer.join()

    assert time.monotonic() - began < 50, "not only when the program's time was over"


def test_a_program_that_keeps_ending_ends_the_hall_with_the_end_of_its_log(
    tmp_path: Path, supervisor: Supervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ProgramFailed, match=r"clerk keeps ending:\n(cannot begin\n){5}$"):
        supervisor.start([child(tmp_path, ENDING, answers_at=nobody_there())])

    assert capsys.readouterr().out.count("clerk ended with code 0 and is started again") == 4


def test_what_runs_is_stopped_with_the_hall(tmp_path: Path) -> None:
    redis = EmbeddedRedis(tmp_path)
    with Supervisor() as running:
        running.serve(redis)
        running.start([child(tmp_path, "import os; print(os.getpid(), flush=True);" + SILENT)])
        until_said(tmp_path / "clerk.log", "here")
        clerk = int((tmp_path / "clerk.log").read_text().split()[0])
        os.kill(clerk, 0)

    assert not redis.running
    with pytest.raises(ProcessLookupError):
        os.kill(clerk, 0)
