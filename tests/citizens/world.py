"""A hall with its sign-in, the sandbox provider, a browser that reaches both, and somebody who tampers on the wire."""

import json
import re
from collections import Counter
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from litestar import Litestar, get, post
from litestar.di import NamedDependency, Provide

from backend.citizens.oidc.relying_party import RelyingParty, client_of
from backend.citizens.oidc.wire import open_client
from backend.citizens.pages import HANDLERS, RELYING_PARTY
from backend.core.clock import FixedClock
from backend.core.http.access import Access, access, guard
from backend.core.http.edge import Edge
from backend.core.http.given import session_of
from backend.core.http.problems import HANDLERS as PROBLEMS
from backend.core.http.state import attach
from backend.core.resources import Resources
from backend.core.sessions import Session
from backend.sandbox.app import IDENTITY_PROVIDER, create_sandbox
from backend.sandbox.identity_provider import IdentityProvider
from pwa.views.parts import Text
from pwa.views.shell import CityFace

FACE = CityFace(name=Text("上海", "Shanghai"), product=Text("随申办", "Suishenban"), hotline="12345")

Alter = Callable[[dict[str, Any]], dict[str, Any] | str]


class Wire(httpx.AsyncBaseTransport):
    """Between hall and provider: counts, alters answers by path, and cuts the line."""

    def __init__(self, provider: httpx.AsyncBaseTransport) -> None:
        self._provider = provider
        self.requests: Counter[str] = Counter()
        self.alter: dict[str, Alter] = {}
        self.status: dict[str, int] = {}
        self.cut: set[str] = set()
        self.urls: list[str] = []

    def trouble(self, part: str, how: str) -> None:
        """A part of the provider that is cut off, answers with a status, or with a page instead of JSON."""
        if how == "cut":
            self.cut.add(part)
        elif how == "garbage":
            self.alter[part] = lambda _: "<html>maintenance</html>"
        else:
            self.status[part] = int(how)

    def mend(self) -> None:
        self.cut.clear()
        self.alter.clear()
        self.status.clear()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rsplit("/", 1)[-1]
        self.requests[name] += 1
        self.urls.append(str(request.url))
        if name in self.cut:
            raise httpx.ConnectError("cut")
        response = await self._provider.handle_async_request(request)
        if name not in self.alter and name not in self.status:
            return response
        body = await response.aread()
        altered = self.alter[name](json.loads(body)) if name in self.alter else body.decode()
        content = altered if isinstance(altered, str) else json.dumps(altered)
        return httpx.Response(self.status.get(name, response.status_code), content=content)


class World:
    """Everything of one test. `browse()` is a fresh browser."""

    def __init__(self, resources: Resources, clock: FixedClock) -> None:
        self.resources = resources
        self.clock = clock
        settings = resources.settings
        self.sandbox = create_sandbox(settings, clock=clock)
        self.hall_url, self.provider_url = settings.public_url, settings.oidc_issuer
        provider = httpx.ASGITransport(self.sandbox)
        self.wire = Wire(provider)
        self.hall, self._app = _hall(resources)
        self.forget_provider()
        self._transports = {
            _origin(self.hall_url): httpx.ASGITransport(self.hall),
            _origin(self.provider_url): provider,
        }

    def forget_provider(self) -> None:
        """As after a restart of the hall: nothing of the provider is kept."""
        client = client_of(self.resources.settings)
        self._app.state[RELYING_PARTY] = RelyingParty(client, open_client(self.wire))

    @property
    def provider(self) -> IdentityProvider:
        provider: IdentityProvider = self.sandbox.state[IDENTITY_PROVIDER]
        return provider

    def browse(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(mounts=dict(self._transports), base_url=self.hall_url, follow_redirects=False)

    async def begin(self, browser: httpx.AsyncClient, next_path: str | None = None) -> str:
        """To the provider: its address with the whole request in it."""
        response = await browser.get("/login", params={} if next_path is None else {"next": next_path})
        assert response.status_code == 303, response.text
        return response.headers["location"]

    async def choose(self, browser: httpx.AsyncClient, authorization_url: str, resident: str = "lin-xiaowen") -> str:
        """Picks a resident on the provider's page, as a browser without script would: the address of the callback."""
        shown = await browser.get(authorization_url)
        assert shown.status_code == 200, shown.text
        fields = {
            name: unescape(value) for name, value in re.findall(r'hidden" name="(\w+)" value="([^"]*)"', shown.text)
        }
        action = re.search(r'action="([^"]+)"', shown.text)
        assert action is not None
        target = _origin(self.provider_url) + action[1]
        sent = await browser.post(target, data={**fields, "resident": resident} if resident else fields)
        assert sent.status_code == 303, sent.text
        return sent.headers["location"]

    async def sign_in(
        self, browser: httpx.AsyncClient, resident: str = "lin-xiaowen", next_path: str | None = None
    ) -> httpx.Response:
        return await browser.get(await self.choose(browser, await self.begin(browser, next_path), resident))

    async def who(self, browser: httpx.AsyncClient) -> dict[str, str] | None:
        """Whom the hall sees behind this browser."""
        response = await browser.get("/api/who")
        return response.json() if response.status_code == 200 else None


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def _hall(resources: Resources) -> tuple[Edge, Litestar]:
    @get("/api/who", opt=access(Access.RESIDENT))
    async def who(session: NamedDependency[Session]) -> dict[str, str]:
        return {"name": session.display_name, "csrf": session.csrf_token, "level": session.level}

    @post("/api/act", opt=access(Access.RESIDENT), status_code=200)
    async def act() -> dict[str, str]:
        return {}

    app = Litestar(
        route_handlers=[*HANDLERS, who, act],
        guards=[guard],
        exception_handlers=PROBLEMS,
        dependencies={
            **{name: _given(resources, name) for name in ("db", "redis", "clock", "settings", "keyring")},
            "session": Provide(session_of),
        },
        openapi_config=None,
        logging_config=None,
    )
    attach(app, resources, FACE)
    return Edge(app, secure=resources.settings.secure), app


def _given(resources: Resources, name: str) -> Provide:
    return Provide(lambda: getattr(resources, name), sync_to_thread=False)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
