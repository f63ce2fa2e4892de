"""A furnished hall for the web benchmark: the city, residents with messages, and two programs that serve them."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from backend.catalogue.publishing import publish_pack
from backend.city.service import read_city
from backend.commands.up import SHANGHAI_PACK
from backend.core import processes
from backend.core.clock import SystemClock, local_date
from backend.core.db import Database, connect
from backend.core.ids import uuid7
from backend.core.sessions import SESSION_COOKIE, create_session
from backend.embedded.home import new_secrets
from backend.matching.wording.messages import message
from notifications.service import queue
from tests.bench.bare import Told, search_path
from tests.bench.machine import SERVING, pin
from tests.matching.due import due_licence

_RESIDENTS = 500
_DUE = {"residence-permit": 7, "driving-licence": 30, "passport": 90, "vehicle-licence": 1, "dog-registration": 60}
_START_S = 60
PRODUCT = ("backend.cli", "web", "--host", "127.0.0.1", "--port")
_OF_THE_SERVER = {"content-length", "date", "server"}


class Server(Struct, frozen=True):
    """Where a program listens, and the session that its processes belong to."""

    port: int
    session: int


class Hall(Struct, frozen=True):
    product: Server
    bare: Server


async def furnish(database_url: str, redis_url: str) -> str:
    """The Shanghai pack, and residents with several reminders each; returns the cookie of one who is signed in."""
    db, redis, now = await connect(database_url), Redis.from_url(redis_url), SystemClock().now()
    try:
        await publish_pack(db, SHANGHAI_PACK, now)
        residents = [uuid7() for _ in range(_RESIDENTS)]
        await _remind(db, residents)
        cookie, _ = await create_session(redis, residents[0], "林*雯", now)
        return cookie
    finally:
        await redis.aclose()
        await db.close()


async def _remind(db: Database, residents: list[UUID]) -> None:
    city, now = await read_city(db), SystemClock().now()
    today = local_date(now)
    due = [due_licence(resident, city, kind, today, rung) for resident in residents for kind, rung in _DUE.items()]
    async with db.transaction() as tx:
        await queue(tx, [message(uuid7(), [each], today, city) for each in due], now)


def new_environment(database_url: str, redis_url: str) -> dict[str, str]:
    """What a hall's programs read at their start, with secrets of their own."""
    secrets = new_secrets()
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SUISHENBAN_DATA_KEYS": secrets.data_keys,
        "SUISHENBAN_LOOKUP_KEY": secrets.lookup_key,
        "SUISHENBAN_VAPID_PRIVATE_KEY": secrets.vapid_private_key,
    }


@contextlib.contextmanager
def served(database_url: str, redis_url: str, *, searches: tuple[str, ...], cookie: str, log: Path) -> Iterator[Hall]:
    """Both programs, each one granian process on uvloop, on the same processor."""
    with program(PRODUCT, new_environment(database_url, redis_url), log) as product:
        headers = {
            path: fetch(product.port, path, signed_in(cookie)).headers
            for path in ("/", *(search_path(words) for words in searches))
        }
        told = Told(database_url, redis_url, cookie, searches, headers)
        environment = {"BENCH_BARE": msgspec.json.encode(told).decode()}
        with program(["tests.bench.bare"], environment, log) as bare:
            yield Hall(product, bare)


@contextlib.contextmanager
def program(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    """A module that takes its port as last argument, on the processor for what is measured; it has answered once."""
    port = _free_port()
    with log.open("ab") as output:
        process = processes.spawn(
            [sys.executable, "-m", *arguments, str(port)],
            before_exec=pin(SERVING),
            output=output,
            env={**os.environ, **environment},
        )
    try:
        _await_answer(process, port, log)
        yield Server(port, process.pid)
    finally:
        processes.stop(process, signal.SIGTERM)


def signed_in(cookie: str) -> dict[str, str]:
    return {"Cookie": f"{SESSION_COOKIE}={cookie}"}


class Fetched(Struct, frozen=True):
    """What was sent: the same from two servers if they are alike."""

    headers: list[tuple[str, str]]
    body: bytes


def fetch(port: int, path: str, headers: dict[str, str]) -> Fetched:
    """One answer, which has to be a good one; its headers in order, without length and what the server itself adds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise ValueError(f"{path} answered {answer.status}")
        sent = [(name.lower(), value) for name, value in answer.getheaders()]
        return Fetched(sorted(pair for pair in sent if pair[0] not in _OF_THE_SERVER), body)
    finally:
        connection.close()


def _await_answer(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            fetch(port, "/healthz", {})
            return
        time.sleep(0.1)
    raise RuntimeError(f"a server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
