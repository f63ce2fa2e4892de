"""A process to be killed: sweeps a fixed day, then sends until nothing is due, and says how far it has come."""

import asyncio
import os
from datetime import datetime

from backend.city.service import read_city
from backend.core.clock import FixedClock, local_date
from backend.core.resources import open_resources
from backend.core.settings import read_settings
from backend.matching.service import sweep
from backend.worker import channels
from notifications.delivery import Sender
from notifications.service import requeue_due
from notifications.webpush.transport import AiohttpTransport


async def main() -> None:
    clock = FixedClock(datetime.fromisoformat(os.environ["VICTIM_NOW"]))
    async with open_resources(read_settings()) as hall, AiohttpTransport() as transport:
        city = await read_city(hall.db)
        print("sweeping", flush=True)
        await sweep(hall.db, hall.redis, city, clock, local_date(clock.now()))
        print("sending", flush=True)
        sender = Sender(hall.db, hall.redis, channels(hall, transport), clock.now, name=f"victim-{os.getpid()}")
        while await requeue_due(hall.db, hall.redis, clock.now()) + await sender.run_once():
            pass
        print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
