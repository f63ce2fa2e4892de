"""What became of what rules found: bounded spans of time, by the index on (rule, matched_at)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from backend.core.db import Database, many, one
from backend.matching.desk.models import ComparedDay, Outcome


async def get_outcome(db: Database, rule: str, since: datetime, until: datetime) -> Outcome:
    """Of what was found in this time. What was recorded as read because it is stopped was not read."""
    return await one(
        db,
        Outcome,
        """SELECT count(*) AS found,
                  count(*) FILTER (WHERE t.is_told) AS told,
                  count(*) FILTER (WHERE t.is_sent) AS sent,
                  count(*) FILTER (WHERE t.is_read) AS read,
                  count(*) FILTER (WHERE t.has_gone_on) AS gone_on,
                  count(*) FILTER (WHERE t.is_told AND m.reason LIKE 'done:%') AS done,
                  count(*) FILTER (WHERE t.is_read AND m.reason LIKE 'done:%') AS done_read,
                  count(*) FILTER (WHERE t.is_told AND m.state = 'settled' AND m.reason NOT LIKE 'done:%') AS taken_back
           FROM matches m
           CROSS JOIN LATERAL (
               SELECT count(*) > 0 AS is_told,
                      coalesce(bool_or(m.rule = ANY(g.gone_on)), false) AS has_gone_on,
                      coalesce(bool_or(g.read_at > g.queued_at), false) AS is_read,
                      coalesce(bool_or(EXISTS (SELECT 1 FROM deliveries d
                                               WHERE d.recipient_id = g.recipient_id AND d.message_id = g.message_id
                                                 AND d.state = 'sent')), false) AS is_sent
               FROM match_messages o
               JOIN messages g ON g.recipient_id = o.recipient_id AND g.message_id = o.message_id
               WHERE o.subject_id = m.subject_id AND o.rule = m.rule AND o.occasion = m.occasion) AS t
           WHERE m.rule = $1 AND m.matched_at >= $2 AND m.matched_at < $3""",
        rule,
        since,
        until,
    )


async def count_stopped(db: Database, rule: str, since: datetime) -> int:
    """How many people stopped the rule in this time and have not taken that back."""
    number: int = await db.fetchval(
        "SELECT count(*) FROM stops WHERE scope = 'rule' AND name = $1 AND stopped_at >= $2", rule, since
    )
    return number


async def list_glances(db: Database, rules: Sequence[str], since: datetime) -> Mapping[str, tuple[int, int]]:
    """What each rule found in this time, and how much of it has been done."""
    rows = await db.fetch(
        """SELECT r.rule, g.found, g.done
           FROM unnest($1::text[]) AS r (rule)
           CROSS JOIN LATERAL (SELECT count(*) AS found, count(*) FILTER (WHERE m.reason LIKE 'done:%') AS done
                               FROM matches m WHERE m.rule = r.rule AND m.matched_at >= $2) AS g
           WHERE g.found > 0""",
        rules,
        since,
    )
    return {row["rule"]: (row["found"], row["done"]) for row in rows}


async def list_compared(db: Database, rule: str, other: str, since: datetime) -> list[ComparedDay]:
    """By day, of what two rules found: the same causes, and those of only one of them."""
    return await many(
        db,
        ComparedDay,
        """WITH a AS (
               SELECT subject_id, cause_id, anchor_on,
                      min(matched_at AT TIME ZONE 'Asia/Shanghai')::date AS day
               FROM matches WHERE rule = $1 AND matched_at >= $3 GROUP BY subject_id, cause_id, anchor_on
           ), b AS (
               SELECT subject_id, cause_id, anchor_on,
                      min(matched_at AT TIME ZONE 'Asia/Shanghai')::date AS day
               FROM matches WHERE rule = $2 AND matched_at >= $3 GROUP BY subject_id, cause_id, anchor_on
           )
           SELECT coalesce(a.day, b.day) AS day,
                  count(*) FILTER (WHERE a.day IS NOT NULL AND b.day IS NOT NULL) AS both,
                  count(*) FILTER (WHERE b.day IS NULL) AS only_this,
                  count(*) FILTER (WHERE a.day IS NULL) AS only_other
           FROM a FULL JOIN b USING (subject_id, cause_id, anchor_on)
           GROUP BY coalesce(a.day, b.day) ORDER BY day""",
        rule,
        other,
        since,
    )
