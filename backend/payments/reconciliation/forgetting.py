"""Rows of days long settled go; the sealed file stays as evidence, and is read again when somebody asks for its day."""

from datetime import datetime

from backend.core.db import Database
from backend.payments.reconciliation.alone import alone_with
from backend.payments.reconciliation.models import DayState
from backend.payments.reconciliation.queries import days, files, lines
from backend.payments.reconciliation.windows import first_compared


async def forget_rows(db: Database, now: datetime) -> bool:
    """Of one file; True when there was one. A day on which anything is open or under way keeps its rows."""
    file = await files.find_settled_before(db, first_compared(now))
    if file is None:
        return False
    async with alone_with(db, file.key), db.transaction() as tx:
        if (await days.lock_day(tx, file.key)).state == DayState.DONE:
            await lines.delete_lines(tx, file.statement_id)
            await files.update_kept(tx, file.statement_id)
    return True
