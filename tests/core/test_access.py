"""The assembled application lets in whom a route declares, and nobody else."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler
from redis.asyncio import Redis

from backend.app import HANDLERS, create_app
from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.http.access import Access
from backend.core.resources import Resources
from backend.core.settings import Settings

SETTINGS = Settings(database_url="", redis_url="", data_keys="", lookup_key="", vapid_private_key="")
ROUTES = [handler for handler in HANDLERS if isinstance(handler, HTTPRouteHandler)]
CALLS = [
    (sorted(handler.http_methods)[0], sorted(handler.paths)[0], handler.opt["access"])
    for handler in ROUTES
    if handler.opt["access"] in {Access.PUBLIC, Access.RESIDENT, Access.OPERATOR, Access.INTERNAL}
]


@pytest.fixture
async def stranger(
    shared_db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City
) -> AsyncIterator[httpx.AsyncClient]:
    resources = Resources(db=shared_db, redis=redis, clock=clock, settings=SETTINGS, keyring=keyring)
    edge, _ = create_app(resources, city)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=edge), base_url="http://hall") as client:  # type: ignore[arg-type]
        yield client


def filled(path: str) -> str:
    """A path with something in the place of its parameters."""
    return re.sub(r"\{\w+:uuid\}", "01890000-0000-7000-8000-000000000000", re.sub(r"\{\w+:str\}", "x", path))


@pytest.mark.parametrize(("method", "path"), [(m, p) for m, p, who in CALLS if who is Access.RESIDENT])
async def test_what_is_for_residents_asks_strangers_to_sign_in(
    stranger: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await stranger.request(method, filled(path))

    assert answer.status_code == 401 or answer.headers["location"].startswith("/login?next=")


@pytest.mark.parametrize(("method", "path"), [(m, p) for m, p, who in CALLS if who is Access.OPERATOR])
async def test_what_is_for_operators_asks_strangers_to_sign_in(
    stranger: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await stranger.request(method, filled(path))

    assert answer.status_code == 401 or answer.headers["location"].startswith("/ops/sign-in?next=")


def test_every_page_below_ops_is_for_operators_but_the_door() -> None:
    below = {path: who for _, path, who in CALLS if path == "/ops" or path.startswith("/ops/")}

    assert {path for path, who in below.items() if who is not Access.OPERATOR} == {"/ops/sign-in"}


@pytest.mark.parametrize(("method", "path"), [(m, p) for m, p, who in CALLS if who is Access.PUBLIC and m != "GET"])
async def test_what_is_for_everybody_is_not_changed_on_behalf_of_another_site(
    stranger: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await stranger.request(method, filled(path), headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


async def test_without_redis_public_pages_are_drawn_and_the_others_say_what_is_the_matter(
    shared_db: Database, clock: FixedClock, keyring: Keyring, city: City
) -> None:
    async with Redis.from_url("redis://127.0.0.1:1") as away:
        resources = Resources(db=shared_db, redis=away, clock=clock, settings=SETTINGS, keyring=keyring)
        edge, _ = create_app(resources, city)
        transport = httpx.ASGITransport(app=edge)  # type: ignore[arg-type]
        cookies = {"sid": "a" * 43}
        async with httpx.AsyncClient(transport=transport, base_url="http://hall", cookies=cookies) as client:
            answers = {
                path: (await client.get(path)).status_code for path in ("/", "/services", "/wallet", "/api/items")
            }

    assert answers == {"/": 200, "/services": 200, "/wallet": 503, "/api/items": 200}
