"""POST /callbacks/bank: what the bank tells by itself; believed by its signature, acknowledged once it is committed."""

from typing import Any

from litestar import Request, Response, post
from litestar.datastructures import State
from prometheus_client import Counter

from backend.core.clock import Clock
from backend.core.db import Database
from backend.core.errors import NotFound
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.payments.payouts.bank import LARGEST_NOTICE, NOTICE_PATH, Bank
from backend.payments.payouts.errors import NoticeRefused
from backend.payments.payouts.service import apply
from backend.payments.records import Source

_NOTICES = Counter("payout_notices_total", "What the bank told, by what became of it.", ["verdict"])
_BANK = "bank"


def give_bank(state: State, bank: Bank | None) -> None:
    """Tells an application which bank it may believe."""
    state[_BANK] = bank


@post(NOTICE_PATH, opt=access(Access.PROVIDER), request_max_body_size=LARGEST_NOTICE, include_in_schema=False)
async def take_notice(
    request: Request[Any, Any, Any], db: Given[Database], clock: Given[Clock]
) -> Response[dict[str, str]]:
    """Repeated or out of order it changes nothing; what does not fit is listed, and acknowledged all the same."""
    bank: Bank | None = request.app.state.get(_BANK)
    if bank is None:
        raise NotFound
    now = clock.now()
    try:
        told = bank.read_notice(dict(request.headers), await request.body(), now)
    except NoticeRefused:
        _NOTICES.labels("refused").inc()
        raise
    async with db.transaction() as tx:
        verdict = await apply(tx, told, Source.CALLBACK, now)
    _NOTICES.labels(verdict).inc()
    return Response({"code": "ok"}, status_code=200, headers={"Cache-Control": "no-store"})


HANDLERS = [take_notice]
