"""The ledger: rows that move one amount from one account to another, added under keys that make each effect unique."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from uuid import UUID

from backend.core.db import Database, Queryable, Tx
from backend.core.ids import uuid7
from backend.payments.models import Channel, Observation
from backend.payments.money import Fen
from backend.payments.queries import invariants
from backend.payments.queries import ledger as queries
from backend.payments.queries.ledger import EntryRow
from backend.payments.records import Account, Order, Refund, Source, clearing


class Posting(Enum):
    """What became of a row."""

    NEW = "new"
    SAME = "same"  # booked before, with the same accounts and amount
    DIFFERENT = "different"  # booked before, and not like this


def payment_key(channel: Channel | str, txn_id: str) -> str:
    return f"{channel}:pay:{txn_id}"


def refund_key(channel: Channel | str, refund_no: str) -> str:
    """By the refund's own number, which callback, query and bill all tell, whatever else they tell."""
    return f"{channel}:refund:{refund_no}"


def payment_entry(order: Order, seen: Observation, credit: Account, source: Source, now: datetime) -> EntryRow:
    """The channel holds money; it pays what is receivable, or is owed back."""
    key = payment_key(order.channel, seen.provider_txn_id or "")
    return _entry(order, key, clearing(order.channel), credit, order.amount_fen, None, seen, source, now)


def refund_entry(
    order: Order, refund: Refund, debit: Account, seen: Observation, source: Source, now: datetime
) -> EntryRow:
    key, credit = refund_key(order.channel, refund.refund_no), clearing(order.channel)
    return _entry(order, key, debit, credit, refund.amount_fen, refund.refund_no, seen, source, now)


async def reverse(tx: Tx, subject_id: UUID, effect_key: str, now: datetime) -> Posting:
    """Answers a wrong row by one that turns it around; a row is reversed at most once. Raises LookupError."""
    wrong = await queries.find_entry(tx, subject_id, effect_key)
    if wrong is None:
        raise LookupError("no such entry")
    turned = wrong._replace(
        entry_id=uuid7(),
        effect_key=f"reversal:{effect_key}",
        debit=wrong.credit,
        credit=wrong.debit,
        reverses_id=wrong.entry_id,
        source=Source.OFFICE,
        booked_at=now,
    )
    return await post(tx, turned)


async def post(tx: Tx, row: EntryRow) -> Posting:
    """Adds a row unless its effect has been booked; then says whether it was booked alike."""
    (posting,) = await post_each(tx, [row])
    return posting


async def post_each(tx: Tx, rows: Sequence[EntryRow]) -> list[Posting]:
    """The same for many, whose effects are different ones."""
    added = await queries.insert_entries(tx, rows)
    return [Posting.NEW if row.entry_id in added else await _compare(tx, row) for row in rows]


async def _compare(tx: Tx, row: EntryRow) -> Posting:
    known = await queries.find_entry(tx, row.subject_id, row.effect_key)
    alike = known is not None and known[3:6] == row[3:6]
    return Posting.SAME if alike else Posting.DIFFERENT


async def broken_invariants(conn: Queryable) -> dict[str, int]:
    """Every invariant with the number of its violations, 0 where it holds; see docs/payments.md."""
    return {name: int(await conn.fetchval(sql)) for name, sql in invariants.INVARIANTS.items()}


async def note_check(db: Database, now: datetime) -> dict[str, int]:
    """Checks every invariant and keeps what was found, for the figures to show."""
    found = await broken_invariants(db)
    await invariants.upsert_checks(db, list(found), list(found.values()), now)
    return found


async def get_figures(db: Database, now: datetime) -> invariants.Figures:
    """What operators watch, each by an index or a table of a few rows."""
    return await invariants.get_figures(db, now)


async def list_checks(db: Database) -> dict[str, int]:
    """Violations by invariant as of the last check."""
    return await invariants.list_checks(db)


async def balances(conn: Queryable) -> dict[str, int]:
    """Fen by account: debits less credits. They sum up to nothing."""
    return {row["account"]: int(row["balance"]) for row in await conn.fetch(invariants.BALANCES)}


def _entry(
    order: Order,
    effect_key: str,
    debit: str,
    credit: str,
    amount_fen: Fen,
    refund_no: str | None,
    seen: Observation,
    source: Source,
    now: datetime,
) -> EntryRow:
    return EntryRow(
        order.subject_id,
        uuid7(),
        effect_key,
        debit,
        credit,
        amount_fen,
        order.bill_id,
        order.order_no,
        refund_no,
        None,
        source,
        seen.occurred_at or now,
        now,
    )
