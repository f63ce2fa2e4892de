"""What operators see first: how the hall does, in pictures."""

from typing import Any

from litestar import Request, Response, get
from redis.asyncio import Redis

from backend.core.clock import Clock
from backend.core.db import Database
from backend.core.heartbeat import last_beat
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page
from backend.core.http.state import desk_of
from backend.ops.days import list_points_of_days
from backend.ops.figures import Moment, figures
from backend.ops.pictures import Pictures, Window
from backend.ops.queries import get_backlog, get_ledger_state, list_points_since, list_sweeps
from backend.payments.ledger import get_figures
from pwa.views.operators import Overview

_MONEY_PATH = "/ops/reconciliation"


@get("/ops", opt=access(Access.OPERATOR), include_in_schema=False)
async def overview(
    request: Request[Any, Any, Any], db: Given[Database], redis: Given[Redis], clock: Given[Clock]
) -> Response[bytes]:
    """Figures of now, fourteen days, twenty-four hours."""
    now = clock.now()
    window = Window(now)
    many = await list_points_of_days(db, redis, window.midnights)
    few = await list_points_since(db, window.first_day, window.since)
    pictures = Pictures(window, [*many, *few])
    payments = await get_figures(db, now)
    seen = Moment(
        now=now,
        last_beat=await last_beat(redis),
        backlog=await get_backlog(db, now),
        sweeps=await list_sweeps(db),
        ledger=await get_ledger_state(db),
        open_exceptions=payments.open_exceptions + payments.stuck_refunds,
        oldest_waiting_callback_at=payments.oldest_waiting_callback_at,
    )
    desk = desk_of(request)
    reachable = {entry.path for entry in desk.entries} if desk is not None else set()
    view = Overview(
        at=now,
        figures=figures(seen, _MONEY_PATH if _MONEY_PATH in reachable else None),
        columns=pictures.columns(),
        rows=pictures.rows(),
    )
    return await page(request, "ops/overview.html", view)


HANDLERS = [overview]
