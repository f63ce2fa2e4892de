"""Rows that the ledger lacks go through the one effect, as a callback would: what can repair itself does."""

import logging
from datetime import datetime
from uuid import UUID

from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.payments.models import Kind
from backend.payments.reconciliation.models import DayKey, DifferenceState
from backend.payments.reconciliation.queries import differences, lines, proposals
from backend.payments.reconciliation.reading import observed
from backend.payments.records import Source
from backend.payments.settlement import apply
from backend.payments.verdicts import Verdict

log = logging.getLogger(__name__)

FAILED = "failed"
_AT_ONCE = 500


async def repair(db: Database, keyring: Keyring, key: DayKey, now: datetime) -> None:
    """Payments first, for what is given back was paid; each in a transaction of its own."""
    for kind in (Kind.PAYMENT, Kind.REFUND):
        while waiting := await differences.list_to_repair(db, key, kind, _AT_ONCE):
            for subject_id, difference_id in waiting:
                await _try(db, keyring, subject_id, difference_id, now)


async def _try(db: Database, keyring: Keyring, subject_id: UUID, difference_id: UUID, now: datetime) -> None:
    """One that fails must not keep the others waiting: it stays on the list."""
    try:
        await _repair_one(db, keyring, subject_id, difference_id, now)
    except Exception as error:  # noqa: BLE001 - whatever failed, the difference says so and the next one has its turn
        log.warning(
            "a row could not be applied", extra={"difference": str(difference_id), "error": type(error).__name__}
        )
        async with db.transaction() as tx:
            await differences.update_difference(tx, subject_id, difference_id, DifferenceState.OPEN, FAILED, None)


async def _repair_one(db: Database, keyring: Keyring, subject_id: UUID, difference_id: UUID, now: datetime) -> None:
    async with db.transaction() as tx:
        found = await differences.lock_difference(tx, subject_id, difference_id)
        if found is None or found.state != DifferenceState.OPEN or found.verdict is not None:
            return
        if found.statement_id is None or found.line_no is None:
            return
        line = await lines.find_line(tx, subject_id, found.statement_id, found.line_no)
        if line is None:
            return
        verdict = await apply(tx, keyring, observed(line), Source.BILL, now)
        if verdict is Verdict.APPLIED:
            await differences.update_difference(tx, subject_id, difference_id, DifferenceState.REPAIRED, verdict, now)
            await proposals.void_write_offs(tx, [(subject_id, difference_id)], now)
        else:
            await differences.update_difference(tx, subject_id, difference_id, DifferenceState.OPEN, verdict, None)
