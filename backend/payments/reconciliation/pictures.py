"""The day's picture as operators see it: channels, what does not agree, how long already, and what waits for two."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from backend.core.clock import SHANGHAI, local_date
from backend.core.db import Database
from backend.payments.channels import Providers
from backend.payments.providers.statements import StatementTotals
from backend.payments.reconciliation import wording
from backend.payments.reconciliation.models import (
    TRADES,
    Class,
    DayKey,
    DayState,
    DifferenceState,
    Origin,
    Picture,
    StatementFile,
)
from backend.payments.reconciliation.paths import day_path, difference_path
from backend.payments.reconciliation.queries import days, differences, files, proposals
from backend.payments.reconciliation.queries.days import DayRow
from backend.payments.reconciliation.queries.differences import Difference
from backend.payments.reconciliation.windows import first_kept, hours_of
from pwa.views.charts import Rows, Series, Tone
from pwa.views.parts import FieldError, Segment, Text
from pwa.views.reconciliation import DifferenceLine, ReconciledDay, Reconciliation, Sum

SHOWN = 100
_ORDER = ("wechat", "alipay", "unionpay")
_LISTED = 5000
_AGES = ((1, Text("1 天以内", "Up to a day")), (3, Text("2–3 天", "2–3 days")), (7, Text("4–7 天", "4–7 days")))
_OLDER = Text("7 天以上", "More than 7 days")
_STATES: dict[str, tuple[Text, str, str]] = {
    DayState.WAITING: (Text("等渠道出账单", "Waits for the bill"), "warn", "clock"),
    DayState.REFUSED: (Text("账单有误，未对账", "The bill is wrong, nothing was matched"), "bad", "circle-alert"),
    DayState.MATCHING: (Text("正在对账", "Being matched"), "warn", "refresh-cw"),
}
_AGREES = (Text("已对平", "Agrees"), "ok", "check")
_DIFFERS = (Text("有差异", "Differs"), "bad", "circle-alert")
_NO_BILL = (Text("渠道没有账单", "The provider has no bill"), "neutral", "info")
_NOT_OVER = (Text("这一天还没过完", "The day is not over"), "neutral", "clock")
_NOT_YET = (Text("还没到出账单的时间", "Its bill is not due yet"), "neutral", "clock")


async def draw_day(
    db: Database,
    providers: Providers,
    day: date,
    latest: date,
    now: datetime,
    *,
    may_act: bool,
    errors: Sequence[FieldError] = (),
) -> Reconciliation:
    """Everything of one page; a few statements, whatever the day's size."""
    rows = {row.channel: row for row in await days.list_on_day(db, day)}
    offered = {str(channel): each.merchant for channel, each in providers.items()}
    merchants = {channel: row.merchant for channel, row in rows.items()} | offered
    listed = await differences.list_open(db, _LISTED)
    of_day = [each for each in listed if each.day == day]
    cards = []
    for channel, merchant in sorted(merchants.items(), key=lambda each: _ORDER.index(each[0])):
        known = await files.list_files(db, DayKey(channel, merchant, TRADES, day))
        is_over = now >= hours_of(channel, day)[1]
        can_run = may_act and channel in offered
        cards.append(_card(channel, rows.get(channel), known, of_day, is_over=is_over, can_run=can_run))
    pending = await proposals.list_pending(db, SHOWN)
    waiting = {each.difference_id for each in pending}
    open_ones = [each for each in listed if each.difference_id not in waiting]
    return Reconciliation(
        day=day,
        days=_around(day, latest, now),
        latest=latest,
        cards=tuple(cards),
        matched=_matched(rows),
        classes=_classes(listed),
        ages=_ages(listed, now),
        pending=tuple(_line(each, now) for each in await differences.list_by_id(db, sorted(waiting))),
        open=tuple(_line(each, now) for each in open_ones[:SHOWN]),
        open_count=len(open_ones),
        unfinished=any(channel not in rows or rows[channel].state != DayState.DONE for channel in merchants),
        channels=tuple((channel, wording.channel_name(channel)) for channel in _ORDER if channel in offered),
        may_act=may_act,
        errors=tuple(errors),
    )


def _around(day: date, latest: date, now: datetime) -> tuple[Segment, ...]:
    """Some days that may be looked at, this one among them, oldest first."""
    last = min(max(day + timedelta(days=1), first_kept(now)), latest)
    shown = [last - timedelta(days=back) for back in range(4, -1, -1)]
    return tuple(
        Segment(label=Text(f"{each:%m-%d}", f"{each:%m-%d}"), path=day_path(each), current=each == day)
        for each in shown
    )


def _card(
    channel: str,
    row: DayRow | None,
    known: Sequence[StatementFile],
    of_day: Sequence[Difference],
    *,
    is_over: bool,
    can_run: bool,
) -> ReconciledDay:
    picture = None if row is None or row.picture is None else msgspec.json.decode(row.picture, type=Picture)
    is_open = any(each.channel == channel and each.state != DifferenceState.WAITING for each in of_day)
    state, tone, icon = _state(row, picture, is_open=is_open) if is_over else _NOT_OVER
    counts = next((each for each in known if row is not None and each.statement_id == row.statement_id), None)
    refused = next((each.problem for each in known if each.problem), None)
    return ReconciledDay(
        channel=channel,
        name=wording.channel_name(channel),
        state=state,
        tone=tone,
        icon=icon,
        note=None if refused is None else Text(f"被拒的文件：{refused}", f"A file was refused: {refused}"),
        sums=() if picture is None else _sums(picture, with_fees=is_over),
        file=None if counts is None else _file(counts),
        others=tuple(_file(each) for each in known if each is not counts),
        can_run=can_run,
    )


def _state(row: DayRow | None, picture: Picture | None, *, is_open: bool) -> tuple[Text, str, str]:
    if row is None:
        return _NOT_YET
    if row.state != DayState.DONE:
        return _STATES[row.state]
    if is_open:
        return _DIFFERS
    return _NO_BILL if picture is None or picture.stated is None else _AGREES


def _sums(picture: Picture, *, with_fees: bool) -> tuple[Sum, ...]:
    """Fees are booked when the day is over."""
    stated, here = picture.stated or StatementTotals(), picture.here
    payments = Sum(
        label=Text("收款", "Payments"),
        stated_fen=stated.payments_fen,
        stated_count=stated.payments,
        here_fen=here.payments_fen,
        here_count=here.payments,
    )
    refunds = Sum(
        label=Text("退款", "Refunds"),
        stated_fen=stated.refunds_fen,
        stated_count=stated.refunds,
        here_fen=here.refunds_fen,
        here_count=here.refunds,
    )
    fees = Sum(label=Text("手续费", "Fees"), stated_fen=stated.fees_fen, here_fen=picture.fees_booked_fen)
    return (payments, refunds, fees) if with_fees else (payments, refunds)


def _file(file: StatementFile) -> Text:
    at = f"{file.received_at.astimezone(SHANGHAI):%m-%d %H:%M}"
    how = Text("人工导入", "imported") if file.origin == Origin.IMPORTED else Text("自动取得", "fetched")
    refused = Text("，已拒绝", ", refused") if file.problem is not None else Text("", "")
    mark = file.sha256.hex()[:8]
    return Text(
        f"第 {file.revision} 版，{at} {how.zh}{refused.zh} · {mark}",
        f"Revision {file.revision}, {how.en} {at}{refused.en} · {mark}",
    )


def _matched(rows: dict[str, DayRow]) -> Rows:
    pictures = {
        channel: msgspec.json.decode(rows[channel].picture or "null", type=Picture | None)
        for channel in _ORDER
        if channel in rows
    }
    drawn = {channel: picture for channel, picture in pictures.items() if picture is not None}
    return Rows(
        key="matched",
        title=Text("账单的每一行", "Rows of the bills"),
        about=Text("这一天，按渠道", "Of this day, by channel"),
        names=tuple(wording.channel_name(channel) for channel in drawn),
        series=(
            Series(label=Text("一致", "Matched"), values=tuple(each.matched for each in drawn.values())),
            Series(
                label=Text("自动补记", "Repaired"),
                values=tuple(each.repaired for each in drawn.values()),
                tone=Tone.SECOND,
            ),
            Series(
                label=Text("有差异", "Differing"),
                values=tuple(sum(each.differing.values()) for each in drawn.values()),
                tone=Tone.BAD,
            ),
        ),
    )


def _classes(listed: Sequence[Difference]) -> Rows:
    counted = Counter(each.judged for each in listed if each.state != DifferenceState.WAITING)
    names = [judged for judged in Class if counted[judged]]
    return Rows(
        key="classes",
        title=Text("未了结的差异", "Open differences"),
        about=Text("所有账单日，按类别", "Of all days, by class"),
        names=tuple(wording.CLASSES[judged] for judged in names),
        series=(Series(label=Text("笔", "Differences"), values=tuple(counted[judged] for judged in names)),),
    )


def _ages(listed: Sequence[Difference], now: datetime) -> Rows:
    counted: Counter[str] = Counter()
    for each in listed:
        if each.state != DifferenceState.WAITING:
            counted[_bucket(each, now).zh] += 1
    names = [name for name in (*(name for _, name in _AGES), _OLDER) if counted[name.zh]]
    return Rows(
        key="ages",
        title=Text("挂了多久", "For how long"),
        about=Text("从列入清单起", "Since they were listed"),
        names=tuple(names),
        series=(Series(label=Text("笔", "Differences"), values=tuple(counted[name.zh] for name in names)),),
    )


def _bucket(found: Difference, now: datetime) -> Text:
    age = (local_date(now) - local_date(found.first_seen_at)).days
    return next((name for limit, name in _AGES if age <= limit), _OLDER)


def _line(found: Difference, now: datetime) -> DifferenceLine:
    age = (local_date(now) - local_date(found.first_seen_at)).days
    day = f"{found.day:%m-%d}"
    return DifferenceLine(
        path=difference_path(found.difference_id),
        title=wording.title_of(found),
        line=wording.happened(found),
        age=_since(day, age),
        amount_fen=abs(found.effect_fen) or None,
        waits=found.state == DifferenceState.WAITING,
    )


def _since(day: str, age: int) -> Text:
    if age == 0:
        return Text(f"{day} 的账单，今天列入", f"Bill of {day}, listed today")
    return Text(f"{day} 的账单，已列入 {age} 天", f"Bill of {day}, listed {age} day{'' if age == 1 else 's'} ago")
