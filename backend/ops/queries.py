"""The figures, each by an index that holds only what is waiting or recent: a scrape costs the same in any city."""

from datetime import date, datetime

from backend.core.db import Database, many, one
from backend.ops.models import Backlog, Deliveries, LedgerState, Payouts, Point, Sweep


async def get_backlog(db: Database, now: datetime) -> Backlog:
    """Event ids are ordered by time, so the first of the pending ones is the oldest."""
    return await one(
        db,
        Backlog,
        """SELECT (SELECT recorded_at FROM events WHERE done_at IS NULL ORDER BY event_id LIMIT 1) AS oldest_event_at,
                  (SELECT count(*) FROM event_handlings WHERE parked_at IS NOT NULL) AS parked_handlers,
                  (SELECT due_at FROM deliveries WHERE state = 'queued' AND due_at <= $1
                   ORDER BY due_at LIMIT 1) AS oldest_due_delivery_at,
                  (SELECT count(*) FROM deliveries WHERE state = 'queued') AS queued_deliveries""",
        now,
    )


async def list_sweeps(db: Database) -> list[Sweep]:
    return await many(
        db,
        Sweep,
        """SELECT rule, completed_at FROM sweeps WHERE completed_at IS NOT NULL ORDER BY rule LIMIT 1000""",
    )


async def list_deliveries_since(db: Database, since: datetime) -> list[Deliveries]:
    return await many(
        db,
        Deliveries,
        """SELECT channel, state AS result, count(*) AS count FROM deliveries
           WHERE finished_at >= $1 GROUP BY channel, state ORDER BY channel, state LIMIT 1000""",
        since,
    )


async def get_payouts(db: Database, late_since: datetime) -> Payouts:
    """`late` were ordered before; of `failed` only what an answer still waits for."""
    return await one(
        db,
        Payouts,
        """SELECT (SELECT count(*) FROM payouts WHERE next_ask_at IS NOT NULL) AS open,
                  (SELECT count(*) FROM payouts WHERE next_ask_at IS NOT NULL AND ordered_at < $1) AS late,
                  (SELECT count(*)
                   FROM payouts p
                   JOIN entitlement_answers a ON a.subject_id = p.beneficiary_id AND a.rule = p.rule
                                             AND a.cause_id = p.cause_id AND a.payout_no = p.payout_no
                   WHERE p.state IN ('failed', 'returned')) AS failed""",
        late_since,
    )


async def get_ledger_state(db: Database) -> LedgerState:
    return await one(
        db,
        LedgerState,
        """SELECT count(*) AS invariants, count(*) FILTER (WHERE violations > 0) AS broken,
                  min(checked_at) AS checked_at
           FROM ledger_checks""",
    )


async def list_points_between(db: Database, since: datetime, until: datetime) -> list[Point]:
    """What there is much of: costs as much as was queued, sent and paid in this time, by indexes that end with it."""
    return await many(
        db,
        Point,
        """SELECT 'messages' AS picture, $1 AS at, '' AS name,
                  CASE WHEN read_at IS NULL THEN 'unread' ELSE 'read' END AS series, count(*) AS amount
           FROM messages WHERE queued_at >= $1 AND queued_at < $2 GROUP BY read_at IS NULL
           UNION ALL
           SELECT 'deliveries', date_bin('1 hour', finished_at, $1), channel, state, count(*)
           FROM deliveries WHERE finished_at >= $1 AND finished_at < $2
           GROUP BY date_bin('1 hour', finished_at, $1), channel, state
           UNION ALL
           SELECT 'money', $1, '', channel, sum(paid_fen)::bigint
           FROM payment_orders WHERE paid_at >= $1 AND paid_at < $2 GROUP BY channel
           ORDER BY picture, at, name, series LIMIT 10000""",
        since,
        until,
    )


async def list_points_since(db: Database, first_day: date, since: datetime) -> list[Point]:
    """What there are a few rows a day of, from `since` (midnight of `first_day`) on, and what is open now."""
    return await many(
        db,
        Point,
        """SELECT 'sweeps' AS picture, date_bin('1 day', r.completed_at, $2) AS at, '' AS name,
                  'messages' AS series, coalesce(sum((r.counts->>'messages')::bigint), 0)::bigint AS amount
           FROM sweeps s
           CROSS JOIN LATERAL (SELECT completed_at, counts FROM sweep_runs
                               WHERE rule = s.rule AND completed_at >= $2) AS r
           GROUP BY date_bin('1 day', r.completed_at, $2)
           UNION ALL
           SELECT 'searches', $2 + (day - $1) * interval '1 day', '', 'in vain', sum(count)::bigint
           FROM search_misses WHERE day >= $1 GROUP BY day
           UNION ALL
           SELECT 'feeds', $2, d.name, line.series, sum(line.amount)::bigint
           FROM feed_days f JOIN departments d USING (department_id)
           CROSS JOIN LATERAL (VALUES ('accepted', f.accepted), ('unchanged', f.unchanged), ('refused', f.refused))
                              AS line (series, amount)
           WHERE f.day >= $1 GROUP BY f.department_id, d.name, line.series
           UNION ALL
           SELECT 'exceptions', $2, kind, 'open', count(*)
           FROM payment_exceptions WHERE resolved_at IS NULL GROUP BY kind
           ORDER BY picture, at, name, series LIMIT 10000""",
        first_day,
        since,
    )
