"""A process to be killed: hands a day's feeds in, handles the facts, looks, sweeps, and says how far it has come."""

import asyncio
from datetime import datetime
from multiprocessing.connection import Connection
from typing import get_args

from msgspec import Struct

from backend.city.pack import read_pack
from backend.city.service import city_of
from backend.commands.up import SHANGHAI_PACK
from backend.core.clock import FixedClock, local_date
from backend.core.events import Dispatcher
from backend.core.resources import open_resources
from backend.core.settings import read_settings
from backend.departments.feeds import take_feed
from backend.departments.service import authenticate
from backend.event_handlers import event_map
from backend.matching.service import look_again, sweep
from tests.departments.feeding import stream
from tests.matching.determinism.histories import Feed
from tests.matching.determinism.office import FEEDS, ruled

CITY = ruled(city_of(read_pack(SHANGHAI_PACK)))
_AT_ONCE = 20


class Work(Struct, frozen=True):
    """A day's work: the settings of the hall, the key of the department, and its lines by feed."""

    environment: dict[str, str]
    key: str
    now: datetime
    feeds: dict[Feed, list[bytes]]


def run(work: Work, progress: Connection) -> None:
    """What the process does, until it is killed or done."""
    asyncio.run(_work(work, progress))


async def _work(work: Work, progress: Connection) -> None:
    clock = FixedClock(work.now)
    async with open_resources(read_settings(work.environment)) as hall:
        key = await authenticate(hall.db, f"Bearer {work.key}")
        dispatcher = Dispatcher(hall.db, event_map(hall.redis))

        async def work_off() -> None:
            while await dispatcher.run_once(clock.now(), limit=_AT_ONCE):
                progress.send("handled")
            while await look_again(hall.db, hall.redis, CITY, clock.now()):
                pass
            progress.send("looked")

        progress.send("ready")
        for name in get_args(Feed):
            lines = work.feeds[name]
            for start in range(0, len(lines), _AT_ONCE):
                body = b"".join(lines[start : start + _AT_ONCE])
                taker = FEEDS[name](key, CITY, hall.keyring)
                await take_feed(hall.db, taker, key.department_id, stream(body), clock)
                progress.send("fed")
            await work_off()
        await sweep(hall.db, hall.redis, CITY, clock, local_date(clock.now()))
        progress.send("swept")
        await work_off()
        progress.send("done")
