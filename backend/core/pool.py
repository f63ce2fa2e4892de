"""Connections to Postgres that are kept between statements."""

import asyncio
from collections import deque
from types import TracebackType
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"


class Pool:
    """Lends the connections of asyncpg's pool without giving them back to it, which costs a task for each statement.

    There are as many places as connections; each holds one, or nothing as long as it was not needed. What was used
    last is lent next. A lost connection is replaced; one whose use ended in an exception goes back to asyncpg, which
    knows how to wait for a cancelled statement.
    """

    def __init__(self, connections: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._connections = connections
        self._closed = False
        self._free: list[Connection | None] = [None] * connections.get_max_size()
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()

    def acquire(self) -> "_Loan":
        """A connection for the length of an `async with`; who has waited longest gets the next one."""
        return _Loan(self)

    async def close(self) -> None:
        """Waits for statements that run, then closes all connections."""
        self._closed = True
        for held in self._free:
            if held is not None:
                await self._connections.release(held)
        self._free.clear()
        await self._connections.close()

    async def take(self) -> Connection:
        if self._closed:
            raise asyncpg.InterfaceError("the pool is closed")
        held = self._free.pop() if self._free else await self._turn()
        if held is not None and not _lost(held):
            return held
        try:
            return await self._connections.acquire()
        except BaseException:
            self._pass_on(None)
            raise

    async def put_back(self, connection: Connection, *, sound: bool) -> None:
        if sound and not self._closed:
            self._pass_on(connection)
            return
        try:
            await self._connections.release(connection)
        finally:
            self._pass_on(None)

    async def _turn(self) -> "Connection | None":
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on(turn.result())
            raise

    def _pass_on(self, held: "Connection | None") -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(held)
                return
        self._free.append(held)


class _Loan:
    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __aenter__(self) -> Connection:
        self._connection = await self._pool.take()
        return self._connection

    async def __aexit__(
        self, failure: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._pool.put_back(self._connection, sound=failure is None)


def _lost(connection: Connection) -> bool:
    """Closed; when asyncpg has noticed and taken it back, asking is an error."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True
