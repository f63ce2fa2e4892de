"""A push service that says 201 to everything, in a process of its own, so that only the sender is measured."""

import asyncio
import contextlib
import multiprocessing
from collections.abc import AsyncIterator
from multiprocessing.connection import Connection

import uvloop

from tests.bench.machine import LOADING, pin

_CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nLocation: /m/1\r\n\r\n"
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length:"


class _Service(asyncio.Protocol):
    """Reads requests with a Content-Length, whatever their other headers say."""

    def __init__(self) -> None:
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(_END_OF_HEAD)) >= 0:
            head = self._read[:end].lower()
            length = int(head[head.index(_LENGTH) + len(_LENGTH) :].split(b"\r\n", 1)[0])
            whole = end + len(_END_OF_HEAD) + length
            if len(self._read) < whole:
                return
            self._read = self._read[whole:]
            self._transport.write(_CREATED)  # type: ignore[attr-defined]


async def _serve(ready: Connection) -> None:
    server = await asyncio.get_running_loop().create_server(_Service, "127.0.0.1", 0)
    ready.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run(ready: Connection) -> None:
    pin(LOADING)()
    uvloop.run(_serve(ready))


@contextlib.asynccontextmanager
async def push_stub() -> AsyncIterator[str]:
    """Its origin."""
    ready, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{await asyncio.to_thread(ready.recv)}"
    finally:
        process.terminate()
        process.join()
