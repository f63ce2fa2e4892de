"""What operators see of entitlements: causes that were lost, payouts that were not paid, days, and what to do."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post

from backend.city.city import City
from backend.core.clock import Clock
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page, see_other
from backend.core.http.toasts import say_next
from backend.entitlements import queries, service
from backend.entitlements.models import Answered
from backend.entitlements.paths import DESK
from backend.operators.models import OperatorSession, Role
from backend.operators.service import note_act
from backend.payments.payouts.models import Payout, PayoutState
from backend.payments.payouts.service import list_days, list_payouts, list_unpaid
from pwa.views.entitlements import ComparedDay, EntitlementDesk, LostLine, UnpaidLine
from pwa.views.parts import Text
from pwa.views.shell import Toast

_LISTED, _DAYS = 100, 14
_STATES = {
    PayoutState.ORDERED: Text("还没有交给银行", "Not with the bank yet"),
    PayoutState.ACCEPTED: Text("银行已受理", "Accepted by the bank"),
    PayoutState.PAID: Text("已发放", "Paid"),
    PayoutState.FAILED: Text("银行没有付", "Refused by the bank"),
    PayoutState.RETURNED: Text("已被退回", "Came back"),
}


@get(DESK, opt=access(Access.OPERATOR), include_in_schema=False)
async def show_desk(
    request: Request[Any, Any, Any], db: Given[Database], city: Given[City], operator: Given[OperatorSession]
) -> Response[bytes]:
    """Numbers and amounts, no people."""
    lost = await queries.list_lost(db, _LISTED)
    known = [(each.payee_id, each.payout_no) for each in lost if each.payee_id and each.payout_no]
    payouts = await list_payouts(db, [owner for owner, _ in known], [number for _, number in known])
    by_number = {payout.payout_no: payout for payout in payouts}
    view = EntitlementDesk(
        may_act=Role.CASHIER in operator.roles,
        lost=tuple(_lost(each, by_number[each.payout_no or ""], city) for each in lost if each.payout_no in by_number),
        unpaid=tuple(_unpaid(each) for each in await list_unpaid(db, _LISTED)),
        days=tuple(
            ComparedDay(day=each.day, ours=each.ours, theirs=each.theirs, differences=each.differences)
            for each in await list_days(db, _DAYS)
        ),
    )
    return await page(request, "ops/entitlements.html", view)


@post(f"{DESK}/reopen", opt=access(Access.OPERATOR), include_in_schema=False, status_code=303)
async def reopen(
    request: Request[Any, Any, Any], db: Given[Database], clock: Given[Clock], operator: Given[OperatorSession]
) -> Response[bytes]:
    """Offers again what somebody had declined, because they ask for it. Fields: number, reason."""
    operator.require(Role.CASHIER)
    number, reason, now = await _asked(request, clock)
    async with db.transaction() as tx:
        answered = await service.reopen(tx, operator.operator_id, number, reason, now)
        await note_act(tx, operator, "entitlements.reopened", answered.answer_no, {"rule": answered.rule}, now)
    return say_next(request, see_other(DESK), Toast(text=Text("已恢复，本人会重新收到", "Offered again")))


@post(f"{DESK}/settle", opt=access(Access.OPERATOR), include_in_schema=False, status_code=303)
async def settle(
    request: Request[Any, Any, Any], db: Given[Database], clock: Given[Clock], operator: Given[OperatorSession]
) -> Response[bytes]:
    """Takes a lost cause off the list with what was found out; no money moves. Fields: number, reason."""
    operator.require(Role.CASHIER)
    number, reason, now = await _asked(request, clock)
    async with db.transaction() as tx:
        answered = await service.settle_lost(tx, operator.operator_id, number, reason, now)
        await note_act(tx, operator, "entitlements.settled", answered.answer_no, {"rule": answered.rule}, now)
    return say_next(request, see_other(DESK), Toast(text=Text("已记录", "Noted")))


async def _asked(request: Request[Any, Any, Any], clock: Clock) -> tuple[str, str, datetime]:
    form = await request.form()
    return str(form.get("number") or ""), str(form.get("reason") or "")[:500], clock.now()


def _lost(answered: Answered, payout: Payout, city: City) -> LostLine:
    rule = city.rules.get(answered.rule)
    return LostLine(
        number=answered.answer_no,
        rule=Text(payout.purpose) if rule is None else Text(rule.name.zh, rule.name.en),
        amount_fen=payout.amount_fen,
        state=_STATES[PayoutState(payout.state)],
        lost_at=answered.lost_at or answered.answered_at,
    )


def _unpaid(payout: Payout) -> UnpaidLine:
    return UnpaidLine(
        number=payout.payout_no,
        purpose=payout.purpose,
        amount_fen=payout.amount_fen,
        returned=payout.state == PayoutState.RETURNED,
        failure=payout.failure,
        ordered_at=payout.ordered_at,
    )


HANDLERS = [show_desk, reopen, settle]
