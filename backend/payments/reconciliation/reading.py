"""A bill's rows into the table that is matched: all of them and adding up to the bill's own totals, or none."""

import asyncio
from collections.abc import Iterator
from datetime import date
from itertools import islice
from uuid import UUID

import msgspec

from backend.core.crypto import Keyring
from backend.core.db import Tx
from backend.payments.exceptions import HOUSE
from backend.payments.ledger import payment_key, refund_key
from backend.payments.models import Channel, Kind, Observation, ObservedState, OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.numbers import owner_of
from backend.payments.providers.statements import Statement, StatementRow, Tally, checked_rows
from backend.payments.reconciliation.models import DayKey
from backend.payments.reconciliation.queries import files, lines
from backend.payments.reconciliation.queries.lines import LineRow

_AT_ONCE = 2000


async def read_rows(tx: Tx, keyring: Keyring, key: DayKey, statement_id: UUID, statement: Statement) -> None:
    """Replaces the day's rows by those of this statement. Raises BillRefused: then the transaction is to be undone.

    Reading is work for a thread; a batch at a time is in memory, whatever the size of the day.
    """
    await lines.delete_lines_of_day(tx, key)
    rows, tally = checked_rows(statement), Tally()
    while batch := await asyncio.to_thread(_next_batch, keyring, key.day, statement_id, rows, tally):
        known = await lines.list_transactions(tx, key.channel, [row.provider_txn_id or "" for row in batch])
        await lines.copy_lines(tx, [_owned(row, known) for row in batch])
    await files.update_read(tx, statement_id, msgspec.json.encode(tally.totals()).decode())


def observed(line: LineRow) -> Observation:
    """The fact that a row tells, as callback and query would."""
    return Observation(
        channel=Channel(line.channel),
        kind=Kind(line.kind),
        state=ObservedState(line.state),
        order_no=None if line.order_no is None else OrderNo(line.order_no),
        refund_no=None if line.refund_no is None else RefundNo(line.refund_no),
        provider_txn_id=line.provider_txn_id,
        provider_refund_id=line.provider_refund_id,
        amount_fen=Fen(line.amount_fen),
        total_fen=None if line.total_fen is None else Fen(line.total_fen),
        occurred_at=line.occurred_at,
    )


def _next_batch(
    keyring: Keyring, day: date, statement_id: UUID, rows: Iterator[StatementRow], tally: Tally
) -> list[LineRow]:
    batch = []
    for row in islice(rows, _AT_ONCE):
        tally.add(row)
        batch.append(_line(keyring, day, statement_id, row))
    return batch


def _line(keyring: Keyring, day: date, statement_id: UUID, row: StatementRow) -> LineRow:
    seen = row.observation
    number = seen.order_no or seen.refund_no
    return LineRow(
        (number and owner_of(keyring, number)) or HOUSE,
        statement_id,
        row.line_no,
        seen.channel,
        day,
        seen.kind,
        seen.state,
        seen.order_no,
        None,
        seen.refund_no or None,
        seen.provider_txn_id,
        seen.provider_refund_id,
        seen.amount_fen or 0,
        seen.total_fen,
        row.received_fen,
        row.fee_fen,
        seen.occurred_at,
        _effect_key(seen),
    )


def _effect_key(seen: Observation) -> str | None:
    """What the row is or would be booked under; a row of a kind that is not known is held against the payment."""
    if seen.kind is Kind.REFUND:
        return refund_key(seen.channel, seen.refund_no) if seen.refund_no else None
    return payment_key(seen.channel, seen.provider_txn_id) if seen.provider_txn_id else None


def _owned(row: LineRow, known: dict[str, tuple[UUID, str]]) -> LineRow:
    """The provider's number of the payment decides whose it is; the order number where that is new here."""
    found = known.get(row.provider_txn_id or "")
    return row if found is None else row._replace(subject_id=found[0], known_order_no=found[1])
