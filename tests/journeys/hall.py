"""A whole hall in the test's own process: web server, sandbox and worker on real ports, with a clock that stands."""

import asyncio
import base64
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from msgspec import Struct
from redis.asyncio import Redis

from backend.app import create_app
from backend.catalogue.publishing import publish_pack
from backend.city.service import read_city
from backend.core.clock import FixedClock
from backend.core.db import Database
from backend.core.resources import Resources
from backend.core.settings import Settings
from backend.departments.service import add_department
from backend.payments.channels import Providers
from backend.payments.gateways import open_providers
from backend.payments.payouts.bank import Bank, open_bank
from backend.sandbox.app import create_sandbox
from backend.worker import Worker
from notifications.webpush.transport import Transport
from notifications.webpush.vapid import generate_key

SHANGHAI = Path(__file__).parents[2] / "backend" / "city" / "shanghai"
_KEY = base64.b64encode(b"k" * 32).decode()


class Hall(Struct, frozen=True, kw_only=True):
    """`url` and `sandbox_url` are served on this machine; `key` lets a department feed anything.

    `providers` of payments are those of the merchants file that the settings name, `bank` that of the bank file.
    """

    url: str
    sandbox_url: str
    resources: Resources
    clock: FixedClock
    key: str
    providers: Providers
    bank: Bank | None

    def worker(self, transport: Transport) -> Worker:
        return Worker(self.resources, transport, self.providers, self.bank)

    async def feed(self, kind: str, *lines: bytes) -> dict[str, dict[str, object]]:
        async with httpx.AsyncClient() as department:
            answer = await department.post(
                f"{self.url}/api/feeds/{kind}",
                content=b"\n".join(lines),
                headers={"Authorization": f"Bearer {self.key}"},
            )
        assert answer.status_code == 200, answer.text
        tally: dict[str, dict[str, object]] = answer.json()
        return tally


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def serving(app: object, port: int) -> AsyncIterator[None]:
    """Granian, the server of the product, inside this event loop."""
    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, log_enabled=False)
    task = asyncio.create_task(server.serve())
    try:
        await _listening(port)
        yield
    finally:
        server.stop()
        await task


async def _listening(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await writer.wait_closed()
                return
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def open_hall(
    db: Database, redis: Redis, clock: FixedClock, *, pack: Path = SHANGHAI, **settings: str
) -> AsyncIterator[Hall]:
    """The hall on the test's own database and Redis, the pack loaded."""
    port, sandbox_port = free_port(), free_port()
    url, sandbox_url = f"http://localhost:{port}", f"http://localhost:{sandbox_port}"
    chosen = Settings(
        database_url="",
        redis_url="",
        public_url=url,
        data_keys=f"k1:{_KEY}",
        lookup_key=_KEY,
        oidc_issuer=sandbox_url,
        oidc_client_id="suishenban",
        oidc_client_secret="a secret of the tests",
        vapid_private_key=f"v1:{generate_key()}",
        vapid_subject="mailto:operator@example.org",
        sandbox=True,
        **settings,
    )
    resources = Resources(db=db, redis=redis, clock=clock, settings=chosen, keyring=chosen.keyring())
    await publish_pack(db, pack, clock.now())
    scopes = ["licences:*", "events:*", "bills:*"]
    key = await add_department(db, "city-data", "城市数据中心", scopes, clock.now())
    async with open_providers(chosen) as providers, open_bank(chosen) as bank:
        edge, _ = create_app(resources, await read_city(db), providers, bank)
        async with serving(edge, port), serving(create_sandbox(chosen, clock=clock), sandbox_port):
            yield Hall(
                url=url,
                sandbox_url=sandbox_url,
                resources=resources,
                clock=clock,
                key=key,
                providers=providers,
                bank=bank,
            )
