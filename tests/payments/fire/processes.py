"""Server processes of the hall, to be called over HTTP and killed."""

import asyncio
import base64
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import msgspec
from msgspec import Struct, structs

from backend.core.settings import Settings
from notifications.webpush.vapid import generate_key
from tests.hall import ORIGIN
from tests.payments.fire.nursery import Birth

_START_S = 30


class Process(Struct, frozen=True):
    pid: int
    url: str
    log: Path

    def kill(self) -> None:
        """As `kill -9` does: no handler, no clean-up."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


class Nursery:
    """Forks as many as are asked for, each on a port of its own."""

    def __init__(self, program: "subprocess.Popen[bytes]", directory: Path) -> None:
        self._program, self._directory, self._born = program, directory, 0

    async def born(self, settings: Settings) -> Process:
        """One that answers."""
        self._born += 1
        port, log = free_port(), self._directory / f"{self._born}.log"
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(msgspec.json.encode(Birth(settings, port, str(log))) + b"\n")
        self._program.stdin.flush()
        process = Process(int(self._program.stdout.readline()), f"http://127.0.0.1:{port}", log)
        await answers(process)
        return process


@contextlib.contextmanager
def nursery(directory: Path) -> Iterator[Nursery]:
    command = [sys.executable, "-m", "tests.payments.fire.nursery"]
    program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield Nursery(program, directory)
    finally:
        program.kill()
        program.communicate()


@contextlib.asynccontextmanager
async def web_program(settings: Settings, log: Path) -> AsyncIterator[Process]:
    """`suishenban web` itself."""
    port = free_port()
    command = [sys.executable, "-m", "backend.cli", "web", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        program = subprocess.Popen(
            command, env={**os.environ, **environment(settings)}, stdout=output, stderr=output, start_new_session=True
        )
    try:
        process = Process(program.pid, f"http://127.0.0.1:{port}", log)
        await answers(process)
        yield process
    finally:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()


async def answers(process: Process) -> None:
    deadline = time.monotonic() + _START_S
    async with httpx.AsyncClient(base_url=process.url) as client:
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                assert (await client.get("/healthz")).status_code == 200
                return
            await asyncio.sleep(0.01)
    raise RuntimeError(f"a server did not start:\n{process.log.read_text()[-2000:]}")


def settings_for(database_url: str, redis_url: str, merchants: Path) -> Settings:
    """With the keys of the fixture `keyring`."""
    keys = ",".join(f"{name}:{_key(name[0])}" for name in ("new", "old"))
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        public_url=ORIGIN,
        data_keys=keys,
        lookup_key=_key("l"),
        vapid_private_key=f"one:{generate_key()}",
        merchants=str(merchants),
    )


def environment(settings: Settings) -> dict[str, str]:
    """As the product reads them."""
    given = {name: value for name, value in structs.asdict(settings).items() if value not in {"", False}}
    return {
        name.upper() if name in {"database_url", "redis_url"} else f"SUISHENBAN_{name.upper()}": str(value)
        for name, value in given.items()
    }


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _key(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()
