"""The figures, each by an index that holds only what is waiting or recent: a scrape costs the same in any city."""

from datetime import datetime

from backend.core.db import Database, many, one
from backend.ops.models import Backlog, Deliveries, Sweep


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
