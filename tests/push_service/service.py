"""The push service as a whole: one HTTP application on two listeners, one MCS listener, all on 127.0.0.1."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Self

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.push_service.autopush import Autopush
from tests.push_service.certificate import make_certificate
from tests.push_service.device import Device
from tests.push_service.faults import Fault
from tests.push_service.front import Front
from tests.push_service.gcm import Gcm
from tests.push_service.mcs import McsServer
from tests.push_service.registry import GOOGLE, MOZILLA, ReceivedPush, Registry, Subscription

APPLE, MICROSOFT = "https://web.push.apple.com", "https://wns2-db5p.notify.windows.com"
REAL_ORIGINS = (*GOOGLE, MOZILLA, APPLE, MICROSOFT)
PUSH_HOSTS = tuple(origin.removeprefix("https://") for origin in REAL_ORIGINS)
FOLDERS = ("fcm/send", "wpush/v2", "push")


class PushService:
    """Start it with `async with PushService(folder) as service`, or take the fixture `push_service`.

    Endpoints carry the real hosts (`https://updates.push.services.mozilla.com/wpush/v2/…`, `https://jmt17.google.com/
    fcm/send/…`), so the sender's allow-list and `aud` are what they are in production. Only the connection goes
    elsewhere: every host of `PUSH_HOSTS`, port 443, is answered at `front_address` with a certificate that `client_tls`
    trusts. `connect_to`, `resolver()` and `http_session()` are three ways to arrange that.

    A sender in another process, where only settings reach, is given `plain_origin` as a further allowed origin instead;
    `add_device(key, plain_origin)` and `use_plain_endpoints()` (Firefox) then subscribe there. Chromium cannot.
    """

    def __init__(self, folder: Path) -> None:
        self.registry = Registry()
        self.certificate = make_certificate(("localhost", *PUSH_HOSTS), folder)
        self.client_tls = self.certificate.client
        self._front = Front(self.registry)
        self._autopush = Autopush(self.registry)
        self._mcs = McsServer(self.registry)
        self._runner: web.AppRunner | None = None
        self.front_address = ("127.0.0.1", 0)
        self.plain_origin = ""

    async def __aenter__(self) -> Self:
        gcm = Gcm(self.registry)
        app = web.Application()
        app.router.add_get("/", self._autopush.accept)
        app.router.add_post("/checkin", gcm.checkin)
        app.router.add_post("/register3", gcm.register)
        for folder in FOLDERS:
            app.router.add_post(f"/{folder}/{{token}}", self._front.receive)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        self.plain_origin = f"http://localhost:{await self._listen(tls=False)}"
        self.front_address = ("127.0.0.1", await self._listen(tls=True))
        await self._mcs.start(self.certificate.server)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._mcs.close()
        await self._autopush.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _listen(self, *, tls: bool) -> int:
        assert self._runner is not None
        listener = socket.create_server(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        await web.SockSite(self._runner, listener, ssl_context=self.certificate.server if tls else None).start()
        return port

    # What the browsers need ------------------------------------------------------------------------------------------

    @property
    def chromium_args(self) -> list[str]:
        return [
            f"--gcm-checkin-url={self.plain_origin}/checkin",
            f"--gcm-registration-url={self.plain_origin}/register3",
            f"--gcm-mcs-endpoint=https://localhost:{self._mcs.port}",
            f"--ignore-certificate-errors-spki-list={self.certificate.spki_pin}",
        ]

    @property
    def firefox_prefs(self) -> dict[str, str | int | bool]:
        return {
            "dom.push.serverURL": self.plain_origin.replace("http:", "ws:"),
            "dom.push.testing.allowInsecureServerURL": True,  # else subscribe() ends in AbortError
        }

    # What the sender needs -------------------------------------------------------------------------------------------

    @property
    def connect_to(self) -> dict[str, tuple[str, int]]:
        """Push host → address to connect to instead of that host's port 443 (still TLS, see `client_tls`)."""
        return dict.fromkeys(PUSH_HOSTS, self.front_address)

    def resolver(self) -> AbstractResolver:
        """For an `aiohttp.TCPConnector(resolver=…, ssl=service.client_tls)`; any other host is an error."""
        return _Resolver(self.connect_to)

    def http_session(self) -> aiohttp.ClientSession:
        """A session that reaches the front under the real hosts' names; close it with `async with`."""
        connector = aiohttp.TCPConnector(resolver=self.resolver(), ssl=self.client_tls)
        return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=10))

    # What tests ask and arrange --------------------------------------------------------------------------------------

    @property
    def received(self) -> list[ReceivedPush]:
        """Every POST so far, refused ones included, oldest first."""
        return self._front.received

    async def wait_for(self, count: int, timeout_s: float = 10) -> list[ReceivedPush]:
        """The POSTs so far, once there are at least `count`; `TimeoutError` otherwise."""
        async with asyncio.timeout(timeout_s), self._front.arrival:
            await self._front.arrival.wait_for(lambda: len(self.received) >= count)
        return self.received

    def fail_next(self, fault: Fault, times: int = 1, origin: str | None = None) -> None:
        """The next `times` requests (to `origin`, if given, e.g. `https://web.push.apple.com`) meet `fault`."""
        self._front.faults.add(fault, times, origin)

    def heal(self) -> None:
        """Forgets the faults not yet met."""
        self._front.faults.clear()

    def use_clock(self, now: Callable[[], float]) -> None:
        """Holds VAPID's `exp` against `now()` (seconds since 1970) instead of the system's clock."""
        self._front.now = now

    def find(self, endpoint: str) -> Subscription:
        """The subscription behind an endpoint as the browser reported it; `KeyError` if there never was one."""
        return self.registry.subscriptions[endpoint.rpartition("/")[2]]

    async def wait_until_ended(self, endpoint: str, timeout_s: float = 5) -> None:
        """Returns once pushes to `endpoint` are answered 410; Chromium's `unsubscribe()` does not wait for that."""
        async with asyncio.timeout(timeout_s):
            await self.find(endpoint).ended.wait()

    def use_plain_endpoints(self) -> None:
        """Firefox, once started after this, gets endpoints at `plain_origin`."""
        self._autopush.endpoint_origin = self.plain_origin

    async def add_device(self, application_server_key: str, origin: str = MOZILLA) -> Device:
        """A connected phone without a browser, subscribed with the sender's public key (b64url) at `origin`."""
        folder = "fcm/send" if origin in GOOGLE else "push"
        device = Device(self.registry, (origin,), folder, application_server_key)
        await device.connect()
        return device


class _Resolver(AbstractResolver):
    def __init__(self, addresses: dict[str, tuple[str, int]]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        here = {"localhost": ("127.0.0.1", port), **self._addresses}
        if host not in here:
            raise OSError(f"{host} is no push host of the tests")
        address, local_port = here[host]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=local_port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        return None
