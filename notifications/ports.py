"""What this package needs from a database: any asyncpg connection or pool wrapper fits."""

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol


class Conn(Protocol):
    """Runs single statements: a transaction's connection, or a pool."""

    async def execute(self, query: str, /, *args: Any) -> str: ...

    async def fetch(self, query: str, /, *args: Any) -> list[Any]: ...

    async def fetchrow(self, query: str, /, *args: Any) -> Any: ...

    async def fetchval(self, query: str, /, *args: Any) -> Any: ...


class Db(Conn, Protocol):
    """Opens transactions; a parameter named `tx` is the connection inside one."""

    def transaction(self) -> AbstractAsyncContextManager[Conn]: ...
