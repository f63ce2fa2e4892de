"""What must hold whatever arrived, in whatever order, however often: each statement counts its violations."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from backend.core.db import Database, one


class Figures(Struct, frozen=True):
    oldest_waiting_callback_at: datetime | None
    open_exceptions: int
    stuck_refunds: int
    overdue_queries: int


BALANCES = """SELECT account, sum(amount)::bigint AS balance FROM (
                  SELECT debit AS account, amount_fen AS amount FROM ledger_entries
                  UNION ALL SELECT credit, -amount_fen FROM ledger_entries) AS moves
              GROUP BY account HAVING sum(amount) <> 0 ORDER BY account"""

INVARIANTS = {
    # An order's figures are those of its rows: paid is what the channel took, refunded what it gave back.
    "order_paid_equals_ledger": """SELECT count(*) FROM payment_orders o
        LEFT JOIN (SELECT subject_id, order_no,
                          sum(CASE WHEN debit LIKE 'clearing:%' THEN amount_fen ELSE -amount_fen END) AS paid
                   FROM ledger_entries WHERE order_no IS NOT NULL AND refund_no IS NULL
                   GROUP BY subject_id, order_no) AS l
          ON l.subject_id = o.subject_id AND l.order_no = o.order_no
        WHERE o.paid_fen <> coalesce(l.paid, 0)""",
    "order_refunded_equals_ledger": """SELECT count(*) FROM payment_orders o
        LEFT JOIN (SELECT subject_id, order_no,
                          sum(CASE WHEN credit LIKE 'clearing:%' THEN amount_fen ELSE -amount_fen END) AS refunded
                   FROM ledger_entries WHERE refund_no IS NOT NULL GROUP BY subject_id, order_no) AS l
          ON l.subject_id = o.subject_id AND l.order_no = o.order_no
        WHERE o.refunded_fen <> coalesce(l.refunded, 0)""",
    "order_reserved_equals_refunds": """SELECT count(*) FROM payment_orders o
        LEFT JOIN (SELECT subject_id, order_no, sum(amount_fen) AS reserved FROM payment_refunds
                   WHERE state <> 'failed' GROUP BY subject_id, order_no) AS r
          ON r.subject_id = o.subject_id AND r.order_no = o.order_no
        WHERE o.reserved_fen <> coalesce(r.reserved, 0)""",
    "order_refunded_equals_refunds": """SELECT count(*) FROM payment_orders o
        LEFT JOIN (SELECT subject_id, order_no, sum(amount_fen) AS refunded FROM payment_refunds
                   WHERE state = 'succeeded' GROUP BY subject_id, order_no) AS r
          ON r.subject_id = o.subject_id AND r.order_no = o.order_no
        WHERE o.refunded_fen <> coalesce(r.refunded, 0)""",
    "refunds_within_payment": """SELECT count(*) FROM payment_orders
        WHERE reserved_fen > paid_fen OR refunded_fen > reserved_fen""",
    # A bill is settled by exactly one payment of exactly its amount.
    "settled_bill_has_its_payment": """SELECT count(*) FROM bills b
        LEFT JOIN payment_orders o ON o.subject_id = b.subject_id AND o.order_no = b.settled_by
        WHERE b.state IN ('settled', 'refunded')
          AND (o.order_no IS NULL OR o.booked_to <> 'receivable' OR o.bill_id <> b.bill_id
               OR o.amount_fen <> b.amount_fen)""",
    "settled_bill_has_its_receipt": """SELECT count(*) FROM bills b
        LEFT JOIN receipts r ON r.subject_id = b.subject_id AND r.bill_id = b.bill_id
        LEFT JOIN receipt_directory d ON d.receipt_no = r.receipt_no
        WHERE b.settled_by IS DISTINCT FROM r.order_no
           OR d.subject_id IS DISTINCT FROM r.subject_id OR d.order_no IS DISTINCT FROM r.order_no""",
    "payment_of_a_bill_settles_it": """SELECT count(*) FROM payment_orders o
        JOIN bills b ON b.subject_id = o.subject_id AND b.bill_id = o.bill_id
        WHERE o.booked_to = 'receivable' AND b.settled_by IS DISTINCT FROM o.order_no""",
    # Nothing is kept that was not owed: an overpayment is on its way back, or listed.
    "overpayment_is_going_back": """SELECT count(*) FROM payment_orders o
        WHERE o.booked_to = 'overpayment' AND o.reserved_fen < o.paid_fen
          AND NOT EXISTS (SELECT 1 FROM payment_refunds r WHERE r.subject_id = o.subject_id
                          AND r.order_no = o.order_no AND r.state = 'failed')""",
    "channel_never_gives_more_than_it_took": """SELECT count(*) FROM (
        SELECT subject_id, order_no FROM ledger_entries WHERE order_no IS NOT NULL
        GROUP BY subject_id, order_no
        HAVING sum(CASE WHEN debit LIKE 'clearing:%' THEN amount_fen WHEN credit LIKE 'clearing:%' THEN -amount_fen
                        ELSE 0 END) < 0) AS short""",
    "payment_is_known_by_its_number": """SELECT count(*) FROM payment_orders o
        WHERE o.provider_txn_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM provider_transactions t WHERE t.channel = o.channel
                          AND t.provider_txn_id = o.provider_txn_id AND t.subject_id = o.subject_id
                          AND t.order_no = o.order_no)""",
    # What two operators have written off is in the ledger, and what they have taken back is not.
    "write_off_is_booked": """SELECT count(*) FROM statement_differences d
        WHERE d.effect_fen <> 0 AND (d.state IN ('written_off', 'reappeared')) <> EXISTS (
            SELECT 1 FROM difference_proposals p
            JOIN ledger_entries e ON e.subject_id = p.subject_id AND e.effect_key = p.effect_key
            WHERE p.subject_id = d.subject_id AND p.difference_id = d.difference_id
              AND p.act = 'write_off' AND p.decision = 'approved'
              AND NOT EXISTS (SELECT 1 FROM ledger_entries v WHERE v.subject_id = e.subject_id
                              AND v.reverses_id = e.entry_id))""",
    # What was paid out is in the ledger once, with its amount; what was not, or has come back, is not.
    "payout_equals_ledger": """SELECT count(*) FROM payouts p
        LEFT JOIN ledger_entries e ON e.subject_id = p.subject_id AND e.effect_key = 'payout:' || p.payout_no
          AND NOT EXISTS (SELECT 1 FROM ledger_entries v WHERE v.subject_id = e.subject_id
                          AND v.reverses_id = e.entry_id)
        WHERE (p.state = 'paid') <> (e.entry_id IS NOT NULL) OR e.amount_fen <> p.amount_fen
           OR e.debit <> 'payout' OR e.credit <> 'treasury'""",
    "ledger_payout_has_its_payout": """SELECT count(*) FROM ledger_entries e
        WHERE e.debit = 'payout' AND NOT EXISTS (
            SELECT 1 FROM payouts p WHERE p.subject_id = e.subject_id AND e.effect_key = 'payout:' || p.payout_no)""",
    "entitlement_is_paid_once": """SELECT count(*) FROM (
        SELECT beneficiary_id, rule, cause_id FROM payouts WHERE state NOT IN ('failed', 'returned')
        GROUP BY beneficiary_id, rule, cause_id HAVING count(*) > 1) AS twice""",
}


async def upsert_checks(db: Database, names: Sequence[str], violations: Sequence[int], now: datetime) -> None:
    await db.execute(
        """INSERT INTO ledger_checks AS c (invariant, violations, checked_at)
           SELECT invariant, violations, $3 FROM unnest($1::text[], $2::bigint[]) AS t (invariant, violations)
           ON CONFLICT (invariant) DO UPDATE SET violations = excluded.violations, checked_at = excluded.checked_at""",
        names,
        violations,
        now,
    )


async def list_checks(db: Database) -> dict[str, int]:
    rows = await db.fetch("SELECT invariant, violations FROM ledger_checks ORDER BY invariant LIMIT 100")
    return {row["invariant"]: row["violations"] for row in rows}


async def get_figures(db: Database, now: datetime) -> Figures:
    return await one(
        db,
        Figures,
        """SELECT (SELECT received_at FROM payment_callbacks WHERE handled_at IS NULL
                   ORDER BY next_at LIMIT 1) AS oldest_waiting_callback_at,
                  (SELECT count(*) FROM payment_exceptions WHERE resolved_at IS NULL) AS open_exceptions,
                  (SELECT count(*) FROM payment_refunds WHERE state IN ('abnormal', 'failed')) AS stuck_refunds,
                  (SELECT count(*) FROM payment_orders WHERE next_query_at <= $1) AS overdue_queries""",
        now,
    )
