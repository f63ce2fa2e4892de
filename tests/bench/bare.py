"""The bound for the web: raw ASGI that answers two addresses with nothing but their queries and their bytes.

What does not depend on the request is ready beforehand: arguments of the statements, view and frame of the page.
"""

import os
import sys
from argparse import Namespace
from datetime import date
from typing import Any
from urllib.parse import quote

import asyncpg
import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from backend.app import face
from backend.catalogue import queries
from backend.catalogue.asking import ask
from backend.catalogue.cursors import START
from backend.catalogue.models import DEFAULT_LIMIT
from backend.catalogue.search import parse_query
from backend.catalogue.service import find_items
from backend.city.city import City
from backend.city.service import read_city
from backend.cli import _serve
from backend.core.clock import SystemClock, local_date
from backend.core.db import Database, connect
from backend.core.sessions import IDLE, Session, find_session
from backend.home.pages import _view
from notifications.feed import list_feed
from pwa.rendering import render
from pwa.views.shell import Shell, Tab

_decode_session = msgspec.msgpack.Decoder(Session).decode
_encode = msgspec.json.Encoder().encode


class Told(Struct, frozen=True):
    """What the bare program is asked for, and where it finds it."""

    database_url: str
    redis_url: str
    searches: tuple[str, ...]
    cookie: str


def search_path(words: str) -> str:
    return f"/api/items?q={quote(words)}&limit={DEFAULT_LIMIT}"


class Overheard:
    """In a database's place: keeps the statement that a query function runs, so that both run the same one."""

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        self.sql, self.args = sql, args
        return []

    async def fetchrow(self, sql: str, *args: Any) -> dict[str, Any]:
        self.sql, self.args = sql, args
        return {"cards": "[]", "total": 0, "unread": 0}


class Search(Struct, frozen=True):
    """A statement with its arguments, and where the next page begins."""

    sql: str
    args: tuple[Any, ...]
    next: str | None


class Bare:
    def __init__(self, told: Told) -> None:
        self._told = told

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await self._prepare()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["path"] == "/api/items":
            await _answer(send, b"application/json", await self._items(scope["query_string"].decode()))
        elif scope["path"] == "/":
            await _answer(send, b"text/html; charset=utf-8", await self._home(scope["headers"]))
        else:
            await _answer(send, b"text/plain", b"here")

    async def _prepare(self) -> None:
        told, now = self._told, SystemClock().now()
        db = await connect(told.database_url)
        self._db = await asyncpg.create_pool(told.database_url, min_size=1, max_size=8, reset=_keep_as_is)
        self._redis = Redis.from_url(told.redis_url)
        city, today = await read_city(db), local_date(now)
        session = await find_session(self._redis, told.cookie, now)
        assert session is not None
        self._searches = {
            search_path(words).partition("?")[2]: await _prepare_search(db, city, words, today)
            for words in told.searches
        }
        self._feed = Overheard()
        await list_feed(self._feed, session.subject_id, now)
        feed = await list_feed(db, session.subject_id, now)
        await db.close()
        self._key, self._view = session.key, _view(city, today, feed)
        self._shell = Shell(
            city=face(city),
            today=today,
            path="/",
            tab=Tab.HOME,
            csrf_token=session.csrf_token,
            display_name=session.display_name,
            unread=feed.unread,
        )

    async def _items(self, query_string: str) -> bytes:
        search = self._searches[query_string]
        rows = await self._db.fetch(search.sql, *search.args)
        items = [msgspec.Raw(row["entry"]) for row in rows[:DEFAULT_LIMIT]]
        return _encode({"items": items, "next": search.next, "total": rows[0]["total"]})

    async def _home(self, headers: Any) -> bytes:
        assert any(name == b"cookie" for name, _ in headers)
        _decode_session(await self._redis.getex(self._key, ex=IDLE))
        row = await self._db.fetchrow(self._feed.sql, *self._feed.args)
        assert row is not None
        msgspec.json.decode(row["cards"])
        return render("home/home.html", self._shell, self._view)


async def _prepare_search(db: Database, city: City, words: str, today: date) -> Search:
    statement, asked, query = Overheard(), ask(city, q=words), parse_query(words)
    if query is None:
        await queries.list_items(statement, asked, START, today)  # type: ignore[arg-type]
    else:
        await queries.list_matching_items(statement, query, asked, START, today)  # type: ignore[arg-type]
    return Search(statement.sql, statement.args, (await find_items(db, city, asked, today)).next)


async def _keep_as_is(_connection: Any) -> None:
    """Instead of asyncpg's reset query on every release."""


async def _answer(send: Any, content_type: bytes, body: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def from_environment() -> Bare:
    """What granian calls in its process."""
    return Bare(msgspec.json.decode(os.environ["BENCH_BARE"], type=Told))


def main() -> None:
    """Served exactly as the product is, by one process."""
    _serve("tests.bench.bare:from_environment", Namespace(host="127.0.0.1", port=int(sys.argv[1])), processes=1)


if __name__ == "__main__":
    main()
