"""A push service that answers like real ones: after a while, some browsers gone, some told to come back later.

What becomes of a browser is in its address: /gone/… answers 410, /later/… 429 once, everything else 201.
"""

import asyncio
import contextlib
import http.client
import multiprocessing
import time
from collections import Counter
from collections.abc import AsyncIterator
from multiprocessing.connection import Connection
from typing import cast

import msgspec
import uvloop
from msgspec import Struct

from tests.bench.machine import LOADING, pin

RETRY_AFTER_S = 1
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length:"
_CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nLocation: /m/1\r\n\r\n"
_GONE = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"
_LATER = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nRetry-After: %d\r\n\r\n" % RETRY_AFTER_S


class Seen(Struct, frozen=True):
    """`accepted` at least once, `doubled` of them more often; when the last push to a browser came, by its address."""

    accepted: int
    doubled: int
    gone: int
    later: int
    times: dict[str, float]


class _Memory:
    def __init__(self, latency_s: float, *, with_times: bool) -> None:
        self.latency_s = latency_s
        self._with_times = with_times
        self._accepted: Counter[bytes] = Counter()
        self._gone = 0
        self._later: set[bytes] = set()
        self._times: dict[str, float] = {}

    def answer(self, path: bytes) -> bytes:
        if path.startswith(b"/gone/"):
            self._gone += 1
            return _GONE
        if path.startswith(b"/later/") and path not in self._later:
            self._later.add(path)
            return _LATER
        self._accepted[path] += 1
        if self._with_times:
            self._times[path.decode()] = time.time()
        return _CREATED

    def seen(self) -> Seen:
        doubled = sum(times > 1 for times in self._accepted.values())
        return Seen(len(self._accepted), doubled, self._gone, len(self._later), self._times)


class _Service(asyncio.Protocol):
    """Reads requests with a Content-Length, whatever their other headers say; one after the other, as HTTP/1.1 is."""

    def __init__(self, memory: _Memory) -> None:
        self._memory = memory
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(_END_OF_HEAD)) >= 0:
            head = self._read[:end]
            whole = end + len(_END_OF_HEAD) + _length(head.lower())
            if len(self._read) < whole:
                return
            self._read = self._read[whole:]
            self._take(head.split(b" ", 2)[1])

    def _take(self, path: bytes) -> None:
        if path == b"/seen":
            body = msgspec.json.encode(self._memory.seen())
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        else:
            answer = self._memory.answer(path)
            asyncio.get_running_loop().call_later(self._memory.latency_s, self._transport.write, answer)


def _length(head: bytes) -> int:
    start = head.find(_LENGTH)
    return 0 if start < 0 else int(head[start + len(_LENGTH) :].split(b"\r\n", 1)[0])


async def _serve(ready: Connection, latency_s: float, with_times: bool) -> None:
    memory = _Memory(latency_s, with_times=with_times)
    server = await asyncio.get_running_loop().create_server(lambda: _Service(memory), "127.0.0.1", 0)
    ready.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run(ready: Connection, latency_s: float, with_times: bool) -> None:
    pin(LOADING)()
    uvloop.run(_serve(ready, latency_s, with_times))


@contextlib.asynccontextmanager
async def push_service(*, latency_s: float = 0.05, with_times: bool = False) -> AsyncIterator[str]:
    """Its origin."""
    ready, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_run, args=(theirs, latency_s, with_times), daemon=True
    )
    process.start()
    try:
        yield f"http://127.0.0.1:{await asyncio.to_thread(ready.recv)}"
    finally:
        process.terminate()
        process.join()


def seen(origin: str) -> Seen:
    connection = http.client.HTTPConnection(origin.removeprefix("http://"), timeout=60)
    try:
        connection.request("GET", "/seen")
        return msgspec.json.decode(connection.getresponse().read(), type=Seen)
    finally:
        connection.close()
