"""Whether this process lives, and whether what it stands on is there."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any

from asyncpg import InterfaceError, PostgresError
from litestar import Response, get
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given

log = logging.getLogger(__name__)

_PATIENCE_S = 2.0
_AWAY = (OSError, TimeoutError, PostgresError, InterfaceError, RedisError)


@get("/healthz", opt=access(Access.INTERNAL), include_in_schema=False)
async def healthz() -> Response[dict[str, str]]:
    """The process answers: nothing else is looked at, so that an outage elsewhere does not restart it."""
    return _answer(200, {"status": "ok"})


@get("/readyz", opt=access(Access.INTERNAL), include_in_schema=False)
async def readyz(db: Given[Database], redis: Given[Redis]) -> Response[dict[str, str]]:
    """200 when Postgres, Redis and a loaded city pack are there, else 503 and which of them is missing."""
    postgres, pack, cache = await asyncio.gather(
        _state("postgres", db.fetchval("SELECT 1")),
        _state("city pack", db.fetchval("SELECT EXISTS (SELECT 1 FROM pack_loads)")),
        _state("redis", redis.ping()),
    )
    parts = {"postgres": postgres, "redis": cache, "city_pack": pack}
    ready = all(state == "ok" for state in parts.values())
    return _answer(200 if ready else 503, {"status": "ok" if ready else "unavailable", **parts})


async def _state(name: str, question: Awaitable[Any]) -> str:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return "ok" if await question else "missing"
    except _AWAY as error:
        log.warning("not ready", extra={"part": name, "error": type(error).__name__})
        return "missing"


def _answer(status: int, body: dict[str, str]) -> Response[dict[str, str]]:
    return Response(body, status_code=status, headers={"Cache-Control": "no-store"})


HANDLERS = [healthz, readyz]
