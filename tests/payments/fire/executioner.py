"""Death at a chosen moment: a go-between to whatever a process talks to, that kills it when an answer comes back."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from tests.payments.fire.processes import Process

_AT_ONCE = 64 * 1024


class Executioner:
    """Counts the answers that come back to a process from outside; the one it waits for never arrives."""

    def __init__(self) -> None:
        self._victim: Process | None = None
        self._answers = 0
        self.struck = False

    def wait_for(self, victim: Process, answers: int) -> None:
        """So many answers the victim still gets."""
        self._victim, self._answers, self.struck = victim, answers, False

    def rest(self) -> None:
        self._victim = None

    def strikes(self) -> bool:
        """To be asked before an answer is handed on; when True, nobody is there any more."""
        if self._victim is None:
            return False
        if self._answers:
            self._answers -= 1
            return False
        self._victim.kill()
        self._victim, self.struck = None, True
        return True

    @contextlib.asynccontextmanager
    async def between(self, upstream: Path, listening: Path) -> AsyncIterator[None]:
        """A Unix socket that leads to another one."""
        open_ones: set[asyncio.Task[None]] = set()

        def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._carry(reader, writer, upstream))
            open_ones.add(task)
            task.add_done_callback(open_ones.discard)

        server = await asyncio.start_unix_server(take, listening)
        try:
            yield
        finally:
            server.close()
            for task in [*open_ones]:
                task.cancel()
            await asyncio.gather(*open_ones, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upstream: Path) -> None:
        """Both ways, until one side is gone; then the other side learns it as well."""
        back, forth = await asyncio.open_unix_connection(upstream)
        ways = [asyncio.create_task(_hand_on(reader, forth)), asyncio.create_task(self._hand_back(back, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for end in (writer, forth):
                end.transport.abort()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _hand_back(self, back: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (piece := await back.read(_AT_ONCE)) and not self.strikes():
            writer.write(piece)
            await writer.drain()


async def _hand_on(reader: asyncio.StreamReader, forth: asyncio.StreamWriter) -> None:
    while piece := await reader.read(_AT_ONCE):
        forth.write(piece)
        await forth.drain()
