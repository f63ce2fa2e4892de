"""Rights to act that begin or end with a day: soon after midnight that is a fact like a word that changes them."""

from datetime import datetime, timedelta

from backend.citizens.events import RepresentationChanged
from backend.core.clock import local_date
from backend.core.db import Database
from backend.core.events import record
from backend.matching.queries import sweeps
from backend.matching.queries.agents import list_turned

TURN = "representatives"


async def turn_if_due(db: Database, now: datetime) -> bool:
    """Once a day, also late: the days since the last time are made up for. True when there was something to do."""
    today = local_date(now)
    mark = await sweeps.find_watermark(db, TURN)
    if mark is not None and mark.completed_through is not None and mark.completed_through >= today:
        return False
    await sweeps.insert_sweep(db, TURN)
    async with db.transaction() as tx:
        after = (await sweeps.lock_watermark(tx, TURN)).completed_through or today - timedelta(days=1)
        if after < today:
            turned = await list_turned(tx, after, today)
            await record(tx, [RepresentationChanged(subject_id=subject_id) for subject_id in turned], now)
            await sweeps.update_watermark(tx, TURN, today, now, now)
    return True
