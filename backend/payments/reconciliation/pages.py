"""The operators' pages of reconciliation: the day's picture, one difference, and what can be done about both."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from backend.core.clock import Clock, local_date
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.errors import BadParameter
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page, see_other
from backend.core.http.toasts import say_next
from backend.core.settings import Settings
from backend.operators.models import OperatorSession, Role
from backend.operators.service import note_act
from backend.payments.channels import Providers
from backend.payments.models import Channel
from backend.payments.providers.protocol import Provider
from backend.payments.reconciliation.daily import import_bill, run_day
from backend.payments.reconciliation.errors import ChannelNotOffered, FileTooLarge, NoFile, ReasonMissing
from backend.payments.reconciliation.inspecting import draw_difference
from backend.payments.reconciliation.models import DayState, Origin, Outcome
from backend.payments.reconciliation.paths import RECONCILIATION, day_path, difference_path
from backend.payments.reconciliation.pictures import draw_day
from backend.payments.reconciliation.windows import last_published
from backend.payments.reconciliation.wording import channel_name
from backend.payments.reconciliation.writing_off import approve, decline, propose
from pwa.views.parts import FieldError, Text
from pwa.views.shell import Toast

LARGEST_UPLOAD = 32 * 1024 * 1024
_FORM_AROUND_IT = 64 * 1024
_DAY, _DIFFERENCE = "ops/reconciliation.html", "ops/difference.html"


@get(RECONCILIATION, opt=access(Access.OPERATOR), include_in_schema=False)
async def picture(
    request: Request[Any, Any, Any],
    db: Given[Database],
    providers: Given[Providers],
    clock: Given[Clock],
    settings: Given[Settings],
    operator: Given[OperatorSession],
) -> Response[bytes]:
    """Query: day."""
    now = clock.now()
    day = _day(request.query_params.get("day"), now)
    latest = local_date(now) - timedelta(days=0 if settings.sandbox else 1)
    view = await draw_day(db, providers, day, latest, now, may_act=Role.CASHIER in operator.roles)
    return await page(request, _DAY, view)


@post(
    f"{RECONCILIATION}/import",
    opt=access(Access.OPERATOR),
    include_in_schema=False,
    status_code=303,
    request_max_body_size=LARGEST_UPLOAD + _FORM_AROUND_IT,
)
async def bring(
    request: Request[Any, Any, Any],
    db: Given[Database],
    keyring: Given[Keyring],
    providers: Given[Providers],
    clock: Given[Clock],
    operator: Given[OperatorSession],
) -> Response[bytes]:
    """Matches a day by an uploaded file. Fields: channel, day, file."""
    form = await request.form()
    try:
        operator.require(Role.CASHIER)
        now, raw = clock.now(), await _uploaded(form.get("file"))
        provider, day = _provider(providers, form.get("channel")), _day(form.get("day"), now)
    finally:
        await form.close()
    outcome = await import_bill(db, keyring, provider, day, raw, Origin.IMPORTED, now, imported_by=operator.operator_id)
    await _note_run(db, operator, "imported", outcome, now)
    return say_next(request, see_other(day_path(day)), Toast(text=_told(outcome)))


@post(f"{RECONCILIATION}/run", opt=access(Access.OPERATOR), include_in_schema=False, status_code=303)
async def run(
    request: Request[Any, Any, Any],
    db: Given[Database],
    keyring: Given[Keyring],
    providers: Given[Providers],
    clock: Given[Clock],
    settings: Given[Settings],
    operator: Given[OperatorSession],
) -> Response[bytes]:
    """Asks the provider for a day's bill now and matches it. Fields: channel, day."""
    operator.require(Role.CASHIER)
    now, form = clock.now(), await request.form()
    day = _day(form.get("day"), now)
    provider = _provider(providers, form.get("channel"))
    outcome = await run_day(db, keyring, provider, day, now, may_foresee=settings.sandbox)
    await _note_run(db, operator, "run", outcome, now)
    return say_next(request, see_other(day_path(day)), Toast(text=_told(outcome)))


@get(f"{RECONCILIATION}/differences/{{difference_id:uuid}}", opt=access(Access.OPERATOR), include_in_schema=False)
async def difference(
    request: Request[Any, Any, Any],
    db: Given[Database],
    operator: Given[OperatorSession],
    difference_id: FromPath[UUID],
) -> Response[bytes]:
    return await page(request, _DIFFERENCE, await draw_difference(db, operator, difference_id))


@post(
    f"{RECONCILIATION}/differences/{{difference_id:uuid}}/propose",
    opt=access(Access.OPERATOR),
    include_in_schema=False,
    status_code=303,
)
async def begin(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    operator: Given[OperatorSession],
    difference_id: FromPath[UUID],
) -> Response[bytes]:
    """Field: reason."""
    reason = str((await request.form()).get("reason") or "")
    try:
        await propose(db, operator, difference_id, reason, clock.now())
    except ReasonMissing as refused:
        error = FieldError(field="reason", message=Text(refused.sentence("zh-CN"), refused.sentence("en")))
        view = await draw_difference(db, operator, difference_id, reason=reason, errors=(error,))
        return await page(request, _DIFFERENCE, view, status=refused.status)
    said = Toast(text=Text("已提交，等另一位收款岗复核", "Proposed; another cashier has to decide"))
    return say_next(request, see_other(difference_path(difference_id)), said)


@post(
    f"{RECONCILIATION}/differences/{{difference_id:uuid}}/decide",
    opt=access(Access.OPERATOR),
    include_in_schema=False,
    status_code=303,
)
async def decide(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    operator: Given[OperatorSession],
    difference_id: FromPath[UUID],
) -> Response[bytes]:
    """Field: decision, `approve` or `decline`."""
    decision = (await request.form()).get("decision")
    if decision not in {"approve", "decline"}:
        raise BadParameter(name="decision", reason="approve, decline")
    act, said = (approve, _APPROVED) if decision == "approve" else (decline, _DECLINED)
    await act(db, operator, difference_id, clock.now())
    return say_next(request, see_other(difference_path(difference_id)), Toast(text=said))


_APPROVED = Text("已批准并入账", "Approved and booked")
_DECLINED = Text("提议已撤下", "The proposal is off the list")


def _day(text: object, now: datetime) -> date:
    """A day that is over; by default the last one whose bill may be expected."""
    if not text:
        return last_published(now)
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        raise BadParameter(name="day", reason="YYYY-MM-DD") from None
    if not date(2020, 1, 1) <= day <= local_date(now):
        raise BadParameter(name="day", reason="2020-01-01 …")
    return day


async def _uploaded(file: object) -> bytes:
    raw = await file.read() if isinstance(file, UploadFile) else b""
    if not raw:
        raise NoFile
    if len(raw) > LARGEST_UPLOAD:
        raise FileTooLarge(limit_mib=LARGEST_UPLOAD // 1024**2)
    return raw


def _provider(providers: Providers, channel: object) -> Provider:
    if channel not in set(Channel):
        raise NoFile
    provider = providers.get(Channel(str(channel)))
    if provider is None:
        raise ChannelNotOffered(channel=str(channel))
    return provider


async def _note_run(db: Database, operator: OperatorSession, did: str, outcome: Outcome, now: datetime) -> None:
    facts = {"day": outcome.day, "revision": outcome.revision, "is_new": outcome.is_new, "state": outcome.state}
    async with db.transaction() as tx:
        await note_act(tx, operator, f"reconciliation.{did}", outcome.channel, facts, now)


def _told(outcome: Outcome) -> Text:
    name = channel_name(outcome.channel)
    if outcome.problem is not None:
        if outcome.state is DayState.WAITING:
            return Text(f"{name.zh}还没有这一天的账单", f"{name.en} has no bill for this day yet")
        return Text(
            f"{name.zh}的账单有误，没有采用：{outcome.problem}", f"The bill of {name.en} was refused: {outcome.problem}"
        )
    if not outcome.is_new:
        return Text(f"{name.zh}：还是同一份账单，已重新核对", f"{name.en}: the same bill, matched again")
    return Text(f"{name.zh}：第 {outcome.revision} 版账单已对账", f"{name.en}: revision {outcome.revision} is matched")


HANDLERS: list[HTTPRouteHandler] = [picture, bring, run, difference, begin, decide]
