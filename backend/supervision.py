"""What runs for a hall on one machine: embedded servers and programs, watched, started again, and stopped together."""

import contextlib
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Protocol, Self
from urllib.error import URLError

from msgspec import Struct

from backend.core import processes

_STABLE_S = 30
_MAX_QUICK_ENDS = 5
_SILENT_S = 60
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open  # our own programs are behind no proxy


class ServerEnded(Exception):
    """The embedded Postgres or Redis has ended; what was committed is safe."""


class ProgramFailed(Exception):
    """A program of the hall keeps ending or does not answer; the message carries the end of its log."""


class Server(Protocol):
    """An embedded Postgres or Redis."""

    log: Path

    @property
    def running(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


class Program(Struct, frozen=True):
    """A subcommand that runs beside the servers, and the address at which it answers once it is there."""

    name: str
    arguments: list[str]
    answers_at: str | None = None


class Child:
    """One program of the hall, started again when it ends by itself."""

    def __init__(self, program: Program, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.program = program
        self._command = command
        self._environment = environment
        self._log = log
        self._quick_ends = 0
        self._started = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._started = time.monotonic()
        with self._log.open("ab") as output:
            self._process = processes.spawn(self._command, output=output, env=self._environment)

    def revive(self) -> None:
        """Starts it again if it has ended; raises ProgramFailed when that happened too often in a short time."""
        if self._process is None or self._process.poll() is None:
            return
        self._quick_ends = self._quick_ends + 1 if time.monotonic() - self._started < _STABLE_S else 1
        if self._quick_ends >= _MAX_QUICK_ENDS:
            raise self.failed("keeps ending")
        say(f"{self.program.name} ended with code {self._process.returncode} and is started again (see {self._log})")
        self.start()

    def answers(self) -> bool:
        """Whether it is there; one without an address is as soon as it has started."""
        if self.program.answers_at is None:
            return True
        with (
            contextlib.suppress(URLError, OSError),
            _open(self.program.answers_at, timeout=2) as answer,
        ):
            return bool(answer.status == HTTPStatus.OK)
        return False

    def failed(self, how: str) -> ProgramFailed:
        return ProgramFailed(f"{self.program.name} {how}:\n{self._log.read_text(errors='replace')[-2000:]}")

    def ask_to_end(self) -> None:
        if self._process is not None:
            processes.ask_to_end(self._process, signal.SIGTERM)

    def await_end(self) -> None:
        if self._process is not None:
            processes.await_end(self._process)


class Supervisor:
    """Programs that end are started again; without its database a hall is none, so then all of it ends and says why."""

    def __init__(self) -> None:
        self._servers: list[Server] = []
        self._children: list[Child] = []
        self._running = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Stops everything: the programs all at once, then the servers, what was started last first."""
        say("Stopping …")
        for child in self._children:
            child.ask_to_end()
        self._running.close()

    def serve(self, server: Server) -> None:
        """Starts an embedded server and waits until it answers."""
        self._running.callback(server.stop)
        server.start()
        self._servers.append(server)

    def start(self, children: Sequence[Child]) -> None:
        """All at once, then waits until each answers; raises ProgramFailed when one stays silent."""
        for child in children:
            self._running.callback(child.await_end)
            child.start()
            self._children.append(child)
        with step("Starting " + ", ".join(child.program.name for child in children)):
            for child in children:
                self._await(child)

    def watch(self) -> None:
        """For ever; raises ServerEnded or ProgramFailed when the hall cannot go on."""
        while True:
            time.sleep(0.5)
            self._check()

    def _await(self, child: Child) -> None:
        deadline = time.monotonic() + _SILENT_S
        while not child.answers():
            self._check()
            if time.monotonic() > deadline:
                raise child.failed("does not answer")
            time.sleep(0.05)

    def _check(self) -> None:
        for server in self._servers:
            if not server.running:
                raise ServerEnded(f"{type(server).__name__} has ended by itself, see {server.log}; start again")
        for child in self._children:
            child.revive()


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Says what is being done, and how long it took when that was felt."""
    began = time.monotonic()
    print(f"· {what} … ", end="", flush=True)
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def say(what: str) -> None:
    print(f"· {what}", flush=True)
