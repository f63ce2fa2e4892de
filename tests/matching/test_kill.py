"""kill -9 at any moment of a large sweep and of its sending: everybody due is told once, nobody is forgotten."""

import asyncio
import base64
import contextlib
import hashlib
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.catalogue.publishing import publish_pack
from backend.core.clock import FixedClock
from backend.core.db import Database
from notifications.webpush.vapid import generate_key
from tests.matching.town import BEFORE, hold, settle

TODAY = date(2026, 11, 20)
RESIDENTS, WITH_PHONE, KILLS = 50_000, 3_000, 20
SHANGHAI = Path(__file__).parents[2] / "backend" / "city" / "shanghai"
KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture
async def pushes() -> AsyncIterator[tuple[str, Counter[str]]]:
    """A push service that accepts everything: its origin, and how often each endpoint was pushed to."""
    received: Counter[str] = Counter()

    async def accept(request: web.Request) -> web.Response:
        await request.read()
        received[request.path] += 1
        return web.Response(status=201)

    app = web.Application()
    app.router.add_post("/{phone}", accept)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}", received
    finally:
        await runner.cleanup()


async def subscribe(db: Database, residents: Sequence[UUID], origin: str) -> None:
    """Gives residents a phone each; they share one key pair, which nobody here has to decrypt with."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    endpoints = [f"{origin}/{resident.hex}" for resident in residents]
    await db.execute(
        """INSERT INTO push_subscriptions
               (recipient_id, endpoint_hash, endpoint, p256dh, auth, vapid_key_id, created_at, updated_at)
           SELECT r, h, e, $4, $5, 'v1', $6, $6 FROM unnest($1::uuid[], $2::bytea[], $3::text[]) AS t (r, h, e)""",
        residents,
        [hashlib.sha256(endpoint.encode()).digest() for endpoint in endpoints],
        endpoints,
        public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        b"a" * 16,
        BEFORE,
    )


@pytest.mark.slow
async def test_killed_twenty_times_a_sweep_tells_every_due_resident_once(
    db: Database,
    database_url: str,
    redis_url: str,
    clock: FixedClock,
    pushes: tuple[str, Counter[str]],
) -> None:
    origin, received = pushes
    await publish_pack(db, SHANGHAI, clock.now())
    residents = await settle(db, RESIDENTS)
    await hold(db, residents, "driving-licence", TODAY + timedelta(days=30))
    await hold(db, residents[:500], "passport", TODAY + timedelta(days=7))
    await subscribe(db, residents[::-1][:WITH_PHONE], origin)
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SUISHENBAN_DATA_KEYS": f"k1:{KEY}",
        "SUISHENBAN_LOOKUP_KEY": KEY,
        "SUISHENBAN_VAPID_PRIVATE_KEY": f"v1:{generate_key()}",
        "SUISHENBAN_VAPID_SUBJECT": "mailto:operator@example.org",
        "SUISHENBAN_PUSH_EXTRA_ORIGINS": origin,
        "VICTIM_NOW": clock.now().isoformat(),
    }
    moments = random.Random(20261120)
    reached: Counter[str] = Counter()
    for _ in range(KILLS):
        reached[await run_and_kill(environment, after_s=moments.uniform(0, 1.2))] += 1
        clock.at += timedelta(minutes=3)  # leases of the dead run out
        environment["VICTIM_NOW"] = clock.now().isoformat()

    assert await run_to_the_end(environment) == "done"

    told = await db.fetch("SELECT recipient_id, count(*) AS n FROM messages GROUP BY recipient_id")
    assert len(told) == RESIDENTS
    assert {row["n"] for row in told} == {1}
    assert len(received) == WITH_PHONE, "nobody with a phone was forgotten"
    assert await db.fetchval("SELECT count(*) FROM deliveries WHERE state = 'sent'") == WITH_PHONE
    assert reached["sweeping"] >= 5, f"the kills must fall into the sweep too: {reached}"


async def start(environment: dict[str, str]) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "tests.matching.victim"]
    return await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)


async def run_and_kill(environment: dict[str, str], *, after_s: float) -> str:
    """Kills the process some time after it has begun to sweep; returns how far it had come."""
    victim = await start(environment)
    assert victim.stdout is not None
    first = await asyncio.wait_for(victim.stdout.readline(), 60)
    await asyncio.sleep(after_s)
    with contextlib.suppress(ProcessLookupError):  # it may have come to its end first
        victim.send_signal(signal.SIGKILL)
    rest = await victim.stdout.read()
    await victim.wait()
    return (first + rest).decode().split()[-1]


async def run_to_the_end(environment: dict[str, str]) -> str:
    victim = await start(environment)
    output, _ = await asyncio.wait_for(victim.communicate(), 300)
    return output.decode().split()[-1]
