"""What is watched: how far every channel has been reconciled, and what stays open for how long."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from backend.core.clock import local_date
from backend.core.db import Database
from backend.payments.reconciliation.queries import days, differences


class OpenDifferences(Struct, frozen=True):
    channel: str
    judged: str
    count: int
    oldest_days: int


class ReconciliationFigures(Struct, frozen=True):
    """`behind_days` by channel: days since the last one behind which all are done; 1 is yesterday."""

    behind_days: Sequence[tuple[str, int]]
    open: Sequence[OpenDifferences]


async def get_reconciliation_figures(db: Database, now: datetime) -> ReconciliationFigures:
    today = local_date(now)
    done = await days.list_last_done(db)
    listed = await differences.count_open(db)
    return ReconciliationFigures(
        behind_days=[(channel, _age(day, today)) for channel, day in done],
        open=[OpenDifferences(channel, judged, count, _age(day, today)) for channel, judged, day, count in listed],
    )


def _age(day: date, today: date) -> int:
    return (today - day).days
