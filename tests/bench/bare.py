"""The bound for the web: raw ASGI, msgspec and asyncpg, that send what the product sends and nothing is done twice for.

It runs the statements that the product was overheard to run. What does not depend on the request is ready beforehand:
arguments of the statements, headers, view and frame of the page.
"""

import os
import sys
from typing import Any
from urllib.parse import parse_qsl, quote

import asyncpg
import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from backend.app import face
from backend.catalogue.asking import ask
from backend.catalogue.models import DEFAULT_LIMIT, ItemPage
from backend.catalogue.service import find_items
from backend.citizens.representation import list_represented_today
from backend.city.service import read_city
from backend.commands.programs import serve
from backend.core.clock import SystemClock, local_date
from backend.core.db import Database, connect
from backend.core.sessions import IDLE, Session, find_session
from backend.home.pages import _view
from backend.payments.bills import find_owed
from notifications.feed import list_feed
from pwa.rendering import render
from pwa.views.shell import Shell, Tab

_decode_session = msgspec.msgpack.Decoder(Session).decode
_encode = msgspec.json.Encoder().encode


class Told(Struct, frozen=True):
    """Where things are, who is signed in, what will be searched, and the product's headers by path and query."""

    database_url: str
    redis_url: str
    cookie: str
    searches: tuple[str, ...]
    headers: dict[str, list[tuple[str, str]]]

    def headers_for(self, path: str) -> list[tuple[bytes, bytes]]:
        return [(name.encode(), value.encode()) for name, value in self.headers[path]]


class Statement(Struct, frozen=True):
    sql: str
    args: tuple[Any, ...]


class Search(Struct, frozen=True):
    statement: Statement
    page: ItemPage
    headers: list[tuple[bytes, bytes]]


class Overheard(Database):
    """Remembers the last statement."""

    last: Statement

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        self.last = Statement(sql, args)
        return await super().fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        self.last = Statement(sql, args)
        return await super().fetchrow(sql, *args)


def search_path(words: str) -> str:
    return f"/api/items?q={quote(words)}&limit={DEFAULT_LIMIT}"


class Bare:
    def __init__(self, told: Told) -> None:
        self._told = told
        self._searches: dict[str, Search] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await self.prepare()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.close()
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["path"] == "/api/items":
            asked = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
            search = self._searches[asked["q"]]
            await _answer(send, search.headers, await self._items(search, int(asked["limit"])))
        elif scope["path"] == "/":
            await _answer(send, self._home_headers, await self._home(scope["headers"]))
        else:
            await _answer(send, [], b"here")

    async def prepare(self) -> None:
        told, now = self._told, SystemClock().now()
        self._pool = await asyncpg.create_pool(told.database_url, min_size=1, max_size=8, reset=_keep_as_is)
        self._redis = Redis.from_url(told.redis_url)
        db = Overheard((await connect(told.database_url)).pool)
        city, today = await read_city(db), local_date(now)
        for words in told.searches:
            page = await find_items(db, city, ask(city, q=words), today)
            self._searches[words] = Search(db.last, page, told.headers_for(search_path(words)))
        session = await find_session(self._redis, told.cookie, now)
        assert session is not None
        feed = await list_feed(db, session.subject_id, now)
        self._feed = db.last
        others = await list_represented_today(db, session.subject_id, now)
        self._rights = db.last
        owed = await find_owed(db, session.subject_id, others)
        self._owed, self._view, self._session_key = db.last, _view(city, today, feed, owed), session.key
        self._home_headers = told.headers_for("/")
        self._shell = Shell(
            city=face(city),
            today=today,
            path="/",
            tab=Tab.HOME,
            csrf_token=session.csrf_token,
            display_name=session.display_name,
            unread=feed.unread,
        )
        await db.close()

    async def close(self) -> None:
        await self._pool.close()
        await self._redis.aclose()

    async def _items(self, search: Search, limit: int) -> bytes:
        rows = await self._pool.fetch(search.statement.sql, *search.statement.args)
        items = [msgspec.Raw(row["entry"]) for row in rows[:limit]]
        return _encode(ItemPage(items=items, next=search.page.next, total=rows[0]["total"]))

    async def _home(self, headers: Any) -> bytes:
        assert any(name == b"cookie" for name, _ in headers)
        _decode_session(await self._redis.getex(self._session_key, ex=IDLE))
        row = await self._pool.fetchrow(self._feed.sql, *self._feed.args)
        assert row is not None
        msgspec.json.decode(row["cards"])
        await self._pool.fetch(self._rights.sql, *self._rights.args)
        await self._pool.fetchrow(self._owed.sql, *self._owed.args)
        return render("home/home.html", self._shell, self._view)


async def _answer(send: Any, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": 200, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _keep_as_is(_connection: Any) -> None:
    """Instead of asyncpg's reset query on every release: the product has none either."""


def from_environment() -> Bare:
    """What granian calls in its process."""
    return Bare(msgspec.json.decode(os.environ["BENCH_BARE"], type=Told))


def main() -> None:
    """Served exactly as the product is, by one process."""
    serve("tests.bench.bare:from_environment", "127.0.0.1", int(sys.argv[1]), processes=1)


if __name__ == "__main__":
    main()
