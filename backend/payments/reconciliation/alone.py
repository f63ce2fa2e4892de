"""One run of a day at a time, in whichever process: what one repairs another one must not compare meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from backend.core.db import Database
from backend.payments.reconciliation.models import DayKey
from backend.payments.reconciliation.queries.days import try_lock_run

TAKEN_OVER_AFTER = timedelta(minutes=15)
"""A day that somebody has begun is left to them this long."""

_PAUSE_S = 0.2


@asynccontextmanager
async def alone_with(db: Database, key: DayKey) -> AsyncIterator[None]:
    """Waits for its turn without holding a connection, so that those who wait never starve the one who works."""
    name = f"reconciliation:{key.channel}:{key.merchant}:{key.bill_type}:{key.day}"
    while True:
        async with db.transaction() as tx:
            if await try_lock_run(tx, name):
                yield
                return
        await asyncio.sleep(_PAUSE_S)
