"""A merchant's address for notices: a real server that keeps what comes and answers what it is told to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from msgspec import Struct


class Delivery(Struct, frozen=True):
    headers: dict[str, str]
    body: bytes


class Merchant:
    """`answers`: status and body for the next deliveries; after those `usual`."""

    def __init__(self, usual: tuple[int, bytes]) -> None:
        self.url, self.usual = "", usual
        self.answers: list[tuple[int, bytes]] = []
        self.deliveries: list[Delivery] = []

    async def waits_for(self, count: int) -> list[Delivery]:
        """All deliveries so far, at least this many."""
        await until(lambda: len(self.deliveries) >= count)
        return self.deliveries

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One delivery, then the connection ends."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            _, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            named = [line.partition(": ") for line in lines if line]
            headers = {name.lower(): value for name, _, value in named}
            body = await reader.readexactly(int(headers["content-length"]))
            self.deliveries.append(Delivery(headers, body))
            status, told = self.answers.pop(0) if self.answers else self.usual
            head = f"HTTP/1.1 {status} -\r\nContent-Length: {len(told)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + told)
            await writer.drain()
        writer.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - what is waited for lies in another program or task
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def merchant(usual: tuple[int, bytes]) -> AsyncIterator[Merchant]:
    made, taking = Merchant(usual), set[asyncio.Task[None]]()

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taking.add(asyncio.create_task(made.take(reader, writer)))

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/callbacks"
    try:
        yield made
    finally:
        server.close()
        await asyncio.gather(*taking)
        await asyncio.sleep(0)  # until what was closed is gone
