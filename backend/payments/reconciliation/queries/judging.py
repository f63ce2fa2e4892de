"""The comparison itself: the rows of a statement beside the ledger, and the ledger beside all statements."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.core.db import Queryable, Tx, one, structs
from backend.payments.reconciliation.models import Sums

_AT_ONCE = 1000


class Judged(Struct, frozen=True):
    """A row of a statement that is not matched. `is_known`: its order is; `is_twin`: it stands in a bill before."""

    subject_id: UUID
    line_no: int
    kind: str
    state: str
    order_no: str | None
    refund_no: str | None
    effect_key: str | None
    amount_fen: int
    received_fen: int
    fee_fen: int
    entry_fen: int | None
    agreed_fee_fen: int | None
    counterpart: str | None
    is_known: bool
    is_twin: bool
    judged: str


class Booked(Struct, frozen=True):
    """An entry of the ledger that no statement knows."""

    subject_id: UUID
    effect_key: str
    order_no: str
    refund_no: str | None
    amount_fen: int


# `counterpart`: the entry here that seems to be the same money under another number, as no statement knows it.
# A row that reaches the merchant with its fee taken off already is as good as one before the fee.
_JUDGED = """\
WITH facts AS (
    SELECT l.subject_id, l.line_no, l.kind, l.state, coalesce(l.known_order_no, l.order_no) AS order_no, l.refund_no,
           l.effect_key, l.amount_fen, l.received_fen, l.fee_fen, e.amount_fen AS entry_fen,
           round(l.amount_fen * $2::numeric / 1000000)::bigint AS agreed_fee_fen,
           CASE WHEN e.entry_id IS NOT NULL THEN NULL
                WHEN l.kind = 'payment' AND o.channel = l.channel AND o.amount_fen = l.amount_fen
                     AND o.provider_txn_id <> l.provider_txn_id
                     AND NOT EXISTS (SELECT 1 FROM statement_lines x WHERE x.subject_id = o.subject_id
                                     AND x.effect_key = l.channel || ':pay:' || o.provider_txn_id)
                THEN l.channel || ':pay:' || o.provider_txn_id
                WHEN l.kind = 'refund' AND r.refund_no IS NULL AND l.state = 'refunded'
                THEN (SELECT l.channel || ':refund:' || min(t.refund_no) FROM payment_refunds t
                      WHERE t.subject_id = o.subject_id AND t.order_no = o.order_no AND t.state = 'succeeded'
                        AND t.amount_fen = l.amount_fen
                        AND NOT EXISTS (SELECT 1 FROM statement_lines x WHERE x.subject_id = t.subject_id
                                        AND x.effect_key = l.channel || ':refund:' || t.refund_no))
           END AS counterpart,
           o.order_no IS NOT NULL AS is_known,
           EXISTS (SELECT 1 FROM statement_lines b
                   WHERE b.subject_id = l.subject_id AND b.effect_key = l.effect_key AND b.kind = l.kind
                     AND b.state = l.state AND b.state IN ('paid', 'finished', 'refunded')
                     AND (b.day, b.line_no) < (l.day, l.line_no)) AS is_twin,
           l.state IN ('paid', 'finished', 'refunded') AS has_moved,
           l.received_fen NOT IN (l.amount_fen, l.amount_fen - abs(l.fee_fen)) AS is_short,
           CASE WHEN e.entry_id IS NULL THEN o.channel <> l.channel OR r.order_no <> o.order_no
                WHEN l.kind = 'refund' THEN l.order_no <> e.order_no OR l.provider_txn_id <> r.provider_txn_id
                                            OR l.provider_refund_id <> r.provider_refund_id
                ELSE l.order_no <> e.order_no END AS is_otherwise_numbered,
           e.entry_id IS NOT NULL AS is_booked, o.amount_fen AS order_fen, r.refund_no IS NOT NULL AS has_refund,
           r.amount_fen AS refund_fen, r.state AS refund_state
    FROM statement_lines l
    LEFT JOIN ledger_entries e ON e.subject_id = l.subject_id AND e.effect_key = l.effect_key
         AND NOT EXISTS (SELECT 1 FROM ledger_entries v WHERE v.subject_id = e.subject_id
                         AND v.reverses_id = e.entry_id)
    LEFT JOIN payment_orders o ON o.subject_id = l.subject_id AND o.order_no = coalesce(l.known_order_no, l.order_no)
    LEFT JOIN payment_refunds r ON r.subject_id = l.subject_id AND r.refund_no = l.refund_no
    WHERE l.statement_id = $1),
judgements AS (
    SELECT subject_id, line_no, kind, state, order_no, refund_no, effect_key, amount_fen, received_fen, fee_fen,
           entry_fen, agreed_fee_fen, counterpart, is_known, is_twin,
           CASE WHEN is_twin THEN 'missing_here'
                WHEN is_booked AND NOT has_moved THEN 'state'
                WHEN is_otherwise_numbered OR counterpart IS NOT NULL THEN 'number'
                WHEN is_booked AND (entry_fen <> amount_fen OR is_short) THEN 'amount'
                WHEN is_booked AND kind = 'payment' AND fee_fen <> agreed_fee_fen THEN 'fee'
                WHEN is_booked AND kind = 'refund' AND fee_fen NOT BETWEEN -agreed_fee_fen AND 0 THEN 'fee'
                WHEN is_booked THEN 'matched'
                WHEN kind = 'payment' AND order_fen <> amount_fen THEN 'amount'
                WHEN kind = 'refund' AND refund_fen <> amount_fen THEN 'amount'
                WHEN kind = 'refund' AND NOT has_moved AND has_refund THEN
                    CASE WHEN (state, refund_state) IN (('pending', 'requested'), ('pending', 'accepted'),
                                                        ('failed', 'failed'), ('abnormal', 'abnormal'))
                         THEN 'matched' ELSE 'state' END
                ELSE 'missing_here' END AS judged
    FROM facts)
SELECT subject_id, line_no, kind, state, order_no, refund_no, effect_key, amount_fen, received_fen, fee_fen, entry_fen,
       agreed_fee_fen, counterpart, is_known, is_twin, judged
FROM judgements WHERE judged <> 'matched' ORDER BY line_no"""


async def list_judged(tx: Tx, statement_id: UUID, rate_ppm: int | None) -> AsyncIterator[list[Judged]]:
    """All rows that are not matched, in batches; fees are judged where a rate is agreed."""
    cursor = await tx.cursor(_JUDGED, statement_id, rate_ppm)
    while records := await cursor.fetch(_AT_ONCE):
        yield structs(Judged, records)


async def list_unknown_there(tx: Tx, clearing: str, start: datetime, end: datetime) -> AsyncIterator[list[Booked]]:
    """Entries of these hours that stand in no statement, in batches; nor in one under another number."""
    cursor = await tx.cursor(
        """SELECT e.subject_id, e.effect_key, e.order_no, e.refund_no, e.amount_fen
           FROM ledger_entries e
           WHERE e.occurred_at >= $2 AND e.occurred_at < $3 AND (e.debit = $1 OR e.credit = $1)
             AND e.order_no IS NOT NULL AND e.reverses_id IS NULL
             AND NOT EXISTS (SELECT 1 FROM statement_lines l WHERE l.subject_id = e.subject_id
                             AND l.effect_key = e.effect_key)
             AND NOT EXISTS (SELECT 1 FROM statement_differences d
                             WHERE d.subject_id = e.subject_id AND d.booked_key = e.effect_key AND d.class = 'number'
                               AND d.state IN ('open', 'written_off'))
             AND NOT EXISTS (SELECT 1 FROM ledger_entries v WHERE v.subject_id = e.subject_id
                             AND v.reverses_id = e.entry_id)
           ORDER BY e.subject_id, e.entry_id""",
        clearing,
        start,
        end,
    )
    while records := await cursor.fetch(_AT_ONCE):
        yield structs(Booked, records)


async def get_sums(conn: Queryable, clearing: str, start: datetime, end: datetime) -> Sums:
    """What the ledger has of these hours."""
    return await one(
        conn,
        Sums,
        """SELECT count(*) FILTER (WHERE e.refund_no IS NULL) AS payments,
                  coalesce(sum(e.amount_fen) FILTER (WHERE e.refund_no IS NULL), 0)::bigint AS payments_fen,
                  count(*) FILTER (WHERE e.refund_no IS NOT NULL) AS refunds,
                  coalesce(sum(e.amount_fen) FILTER (WHERE e.refund_no IS NOT NULL), 0)::bigint AS refunds_fen
           FROM ledger_entries e
           WHERE e.occurred_at >= $2 AND e.occurred_at < $3 AND (e.debit = $1 OR e.credit = $1)
             AND e.order_no IS NOT NULL AND e.reverses_id IS NULL
             AND NOT EXISTS (SELECT 1 FROM ledger_entries v WHERE v.subject_id = e.subject_id
                             AND v.reverses_id = e.entry_id)""",
        clearing,
        start,
        end,
    )


async def find_first_movement(conn: Queryable, clearing: str, since: datetime) -> datetime | None:
    at: datetime | None = await conn.fetchval(
        """SELECT occurred_at FROM ledger_entries
           WHERE occurred_at >= $2 AND (debit = $1 OR credit = $1) AND order_no IS NOT NULL
           ORDER BY occurred_at LIMIT 1""",
        clearing,
        since,
    )
    return at
