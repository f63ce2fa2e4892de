"""A hall of some features on the resources of a test, and browsers in front of it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx
from litestar import Litestar
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.http.access import guard
from backend.core.http.edge import Edge
from backend.core.http.given import session_of
from backend.core.http.problems import HANDLERS as PROBLEMS
from backend.core.http.state import attach
from backend.core.resources import Resources
from backend.core.sessions import SESSION_COOKIE, create_session
from backend.core.settings import Settings
from backend.operators.admission import admit_operators, cookie_name, operator_of
from backend.operators.service import add_operator, sign_in
from backend.operators.sessions import find_session
from backend.ops.api_docs import openapi
from backend.payments.callback_route import give_providers
from backend.payments.intake import Intake
from notifications.webpush.vapid import generate_key
from pwa.views.parts import Text
from pwa.views.shell import CityFace

ORIGIN = "http://localhost:8000"
FACE = CityFace(name=Text("上海", "Shanghai"), product=Text("城市服务", "City services"), hotline="12345")


class Browser(httpx.AsyncClient):
    """A visitor; after `sign_in` a resident, whose forms carry the token of the session."""

    csrf_token = ""
    subject_id: UUID

    async def submit(self, path: str, **fields: Any) -> httpx.Response:
        return await self.post(path, data={"csrf_token": self.csrf_token, **fields})

    async def send_json(self, method: str, path: str, body: Any) -> httpx.Response:
        return await self.request(method, path, json=body, headers={"X-CSRF-Token": self.csrf_token})


class Hall:
    def __init__(
        self,
        handlers: Sequence[BaseRouteHandler],
        *,
        db: Database,
        redis: Redis,
        clock: Clock,
        keyring: Keyring,
        city: City | None = None,
        providers: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        self.handlers = handlers
        facts: dict[str, Any] = {
            "database_url": "",
            "redis_url": "",
            "data_keys": "",
            "lookup_key": "",
            "public_url": ORIGIN,
        }
        facts |= {"vapid_private_key": f"one:{generate_key()}"} | settings
        self.resources = Resources(db=db, redis=redis, clock=clock, keyring=keyring, settings=Settings(**facts))
        app = Litestar(
            route_handlers=handlers,
            guards=[guard],
            exception_handlers=PROBLEMS,
            dependencies={
                "db": Provide(lambda: db, sync_to_thread=False),
                "redis": Provide(lambda: redis, sync_to_thread=False),
                "clock": Provide(lambda: clock, sync_to_thread=False),
                "settings": Provide(lambda: self.resources.settings, sync_to_thread=False),
                "keyring": Provide(lambda: keyring, sync_to_thread=False),
                "city": Provide(lambda: city, sync_to_thread=False),
                "providers": Provide(lambda: providers or {}, sync_to_thread=False),
                "session": Provide(session_of),
                "operator": Provide(operator_of, sync_to_thread=False),
            },
            openapi_config=openapi(),
            logging_config=None,
        )
        attach(app, self.resources, FACE)
        admit_operators(app)
        give_providers(app.state, providers or {}, Intake(db, keyring))
        self.app = app
        self.edge = Edge(app, secure=False)

    def browser(self) -> Browser:
        return Browser(transport=httpx.ASGITransport(app=self.edge), base_url=ORIGIN)  # type: ignore[arg-type]

    async def resident(self, subject_id: UUID | None = None, *, level: str = "") -> Browser:
        """A browser that somebody is signed in with."""
        browser, who = self.browser(), subject_id or uuid4()
        now = self.resources.clock.now()
        cookie, session = await create_session(self.resources.redis, who, "林*雯", now, level=level)
        browser.cookies.set(SESSION_COOKIE, cookie, domain="localhost.local")
        browser.csrf_token, browser.subject_id = session.csrf_token, who
        return browser

    async def operator(self, *roles: str, name: str = "赵敏") -> Browser:
        """A browser that an operator with these roles is signed in with, watching only where none is named."""
        browser, held = self.browser(), self.resources
        key = await add_operator(held.db, name, roles or ["watcher"], held.clock.now())
        cookie = await sign_in(held.db, held.redis, key, held.clock.now())
        session = await find_session(held.db, held.redis, cookie, held.clock.now())
        assert session is not None
        browser.cookies.set(cookie_name(held.settings), cookie, domain="localhost.local", path="/ops")
        browser.csrf_token = session.csrf_token
        return browser
