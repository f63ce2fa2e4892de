"""Postgres: the pool, transactions, and rows as Structs."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, TypeAlias, TypeVar

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from backend.core.pool import Pool

Tx: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Row = TypeVar("Row", bound=msgspec.Struct)


class Database:
    """A pool of connections. A parameter named `db` opens its own transaction, one named `tx` joins the caller's."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def transaction(self, *, isolation: str = "read_committed", readonly: bool = False) -> "_Transaction":
        """One use case, one transaction; no network call belongs inside."""
        return _Transaction(self.pool, isolation, readonly)

    async def execute(self, sql: str, *args: Any) -> str:
        async with self.pool.acquire() as connection:
            return await connection.execute(sql, *args)

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        async with self.pool.acquire() as connection:
            return await connection.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        async with self.pool.acquire() as connection:
            return await connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        async with self.pool.acquire() as connection:
            return await connection.fetchval(sql, *args)

    async def close(self) -> None:
        await self.pool.close()


class _Transaction:
    """As a class, not as a generator: a generator costs as much as a statement."""

    __slots__ = ("_loan", "_options", "_transaction")

    def __init__(self, pool: Pool, isolation: str, readonly: bool) -> None:
        self._loan, self._options = pool.acquire(), (isolation, readonly)

    async def __aenter__(self) -> "Tx":
        connection = await self._loan.__aenter__()
        isolation, readonly = self._options
        self._transaction = connection.transaction(isolation=isolation, readonly=readonly)  # type: ignore[arg-type]
        try:
            await self._transaction.start()
        except BaseException as failure:
            await self._loan.__aexit__(type(failure), failure, failure.__traceback__)
            raise
        return connection

    async def __aexit__(
        self, failure: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._transaction.__aexit__(failure, error, trace)
        except BaseException as other:
            await self._loan.__aexit__(type(other), other, other.__traceback__)
            raise
        await self._loan.__aexit__(failure, error, trace)


Queryable: TypeAlias = "Database | Tx"


async def connect(dsn: str, *, max_size: int = 8) -> Database:
    """Opens the pool. Connections keep no session state, so nothing has to be reset when one is given back."""
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=max_size, command_timeout=60, reset=_keep_as_is)
    return Database(Pool(pool))


async def _keep_as_is(_connection: Any) -> None:
    """Instead of asyncpg's reset query on every release: code here never leaves session state behind."""


async def one(conn: Queryable, cls: type[Row], sql: str, *args: Any) -> Row:
    """The single row of a statement that always has one; raises LookupError where it has none."""
    record = await conn.fetchrow(sql, *args)
    if record is None:
        raise LookupError(f"no {cls.__name__} for this key")
    return _struct(cls, record)


async def maybe(conn: Queryable, cls: type[Row], sql: str, *args: Any) -> Row | None:
    """The row, or None."""
    record = await conn.fetchrow(sql, *args)
    return None if record is None else _struct(cls, record)


async def many(conn: Queryable, cls: type[Row], sql: str, *args: Any) -> list[Row]:
    """All rows; bound the statement by LIMIT."""
    return structs(cls, await conn.fetch(sql, *args))


async def fetch_each(tx: Tx, sql: str, rows: Sequence[Sequence[Any]]) -> list[asyncpg.Record]:
    """The statement for each row of arguments, all sent in one go; what they return, in the same order.

    For many it takes a tenth of the time that it takes one after the other.
    """
    if len(rows) == 1:
        return await tx.fetch(sql, *rows[0])
    return await tx.fetchmany(sql, rows) if rows else []


async def execute_each(tx: Tx, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """As `fetch_each`, of a statement that returns nothing."""
    if len(rows) == 1:
        await tx.execute(sql, *rows[0])
    elif rows:
        await tx.executemany(sql, rows)


def structs(cls: type[Row], records: Sequence[asyncpg.Record]) -> list[Row]:
    """Rows as Structs by column order, which must be the order of the fields (checked on the first row)."""
    if not records:
        return []
    _check_columns(cls, records[0])
    return [cls(*record) for record in records]


def _struct(cls: type[Row], record: asyncpg.Record) -> Row:
    _check_columns(cls, record)
    return cls(*record)


_CHECKED: set[tuple[type, int]] = set()


def _check_columns(cls: type[msgspec.Struct], record: asyncpg.Record) -> None:
    if (cls, len(record)) in _CHECKED:
        return
    columns = tuple(record.keys())
    if columns != cls.__struct_fields__[: len(columns)]:
        raise TypeError(f"{cls.__name__} has fields {cls.__struct_fields__}, the statement gives {columns}")
    _CHECKED.add((cls, len(record)))
