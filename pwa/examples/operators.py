"""The operators' door and desk: fourteen days and twenty-four hours up to the morning of 20 November 2026."""

from datetime import UTC, datetime, time, timedelta

from pwa.examples.frame import TODAY
from pwa.views.charts import Columns, Figure, Health, Rows, Series, Tone
from pwa.views.operators import Overview, SignIn
from pwa.views.parts import FieldError, Text
from pwa.views.shell import Desk, DeskEntry

DESK = Desk(
    name="Zhao Min",
    csrf_token="example-token",  # noqa: S106 - an example
    entries=(
        DeskEntry(path="/ops", icon="chart-column", label=Text("概览", "Overview")),
        DeskEntry(path="/ops/reconciliation", icon="scale", label=Text("对账", "Reconciliation")),
        DeskEntry(path="/ops/rules", icon="bell", label=Text("规则台", "Rules desk")),
        DeskEntry(path="/ops/search-misses", icon="search-x", label=Text("搜不到的词", "Searched in vain")),
    ),
)
NOBODYS_DESK = Desk()

SIGN_IN = SignIn(return_path="/ops")
SIGN_IN_REFUSED = SignIn(
    return_path="/ops",
    errors=(
        FieldError(field="key", message=Text("这个密钥无效。请整段复制。", "This key is not valid. Copy all of it.")),
    ),
)

_DAYS = tuple(TODAY - timedelta(days=back) for back in range(13, -1, -1))
_TWO_WEEKS = Text("条，最近 14 天", "Messages, last 14 days")

MESSAGES = Columns(
    key="messages",
    title=Text("进收件箱的消息", "Messages put into inboxes"),
    about=_TWO_WEEKS,
    at=_DAYS,
    series=(
        Series(
            label=Text("已读", "Read"),
            values=(812, 640, 905, 1100, 700, 420, 310, 980, 1204, 860, 772, 655, 590, 120),
        ),
        Series(
            label=Text("未读", "Unread"),
            values=(190, 220, 204, 310, 180, 205, 260, 402, 610, 540, 660, 720, 840, 905),
            tone=Tone.SECOND,
        ),
    ),
)
DELIVERIES = Columns(
    key="deliveries-hours",
    title=Text("推送和短信，按小时", "Pushes and texts, by the hour"),
    about=Text("次，最近 24 小时", "Deliveries, last 24 hours"),
    at=tuple(time((10 + hour) % 24) for hour in range(24)),
    series=(
        Series(
            label=Text("送达", "Sent"), values=(40, 52, 33, 28, 30, 44, 61, 38, 22, 10, 4, 2, *(0,) * 9, 5, 880, 310)
        ),
        Series(label=Text("失败", "Failed"), values=(*(0,) * 22, 96, 12), tone=Tone.BAD),
    ),
)
MONEY = Columns(
    key="money",
    title=Text("收到的钱", "Money received"),
    about=Text("元，最近 14 天", "Yuan, last 14 days"),
    at=_DAYS,
    series=(
        Series(label=Text("微信支付", "WeChat Pay"), values=tuple(day.day * 13_750 for day in _DAYS)),
        Series(label=Text("支付宝", "Alipay"), values=tuple(day.day * 9_100 for day in _DAYS), tone=Tone.SECOND),
        Series(label=Text("云闪付", "UnionPay"), values=tuple(day.day * 2_050 for day in _DAYS), tone=Tone.THIRD),
    ),
    money=True,
)
NOTHING = Columns(
    key="nothing",
    title=Text("搜不到的词", "Searched in vain"),
    about=Text("次，最近 14 天", "Searches, last 14 days"),
    at=_DAYS,
    series=(Series(label=Text("次数", "Searches"), values=(0,) * 14),),
)
FEEDS = Rows(
    key="feeds",
    title=Text("部门报送", "Feeds of departments"),
    about=Text("行，最近 14 天", "Lines, last 14 days"),
    names=(Text("公安", "Police"), Text("交警", "Traffic police")),
    series=(
        Series(label=Text("收下", "Accepted"), values=(12_480, 3_020)),
        Series(label=Text("没有变化", "Unchanged"), values=(6_900, 40), tone=Tone.SECOND),
        Series(label=Text("退回", "Refused"), values=(0, 212), tone=Tone.BAD),
    ),
)
NO_EXCEPTIONS = Rows(
    key="exceptions",
    title=Text("要人看的收款", "Payments that need somebody"),
    about=Text("件，此刻", "Now"),
    names=(),
    series=(Series(label=Text("件数", "Number"), values=()),),
)
FIGURES = (
    Figure(
        label=Text("后台程序", "Background worker"),
        value=Text("在运行", "Running"),
        note=Text("5 秒前", "5 seconds ago"),
    ),
    Figure(
        label=Text("待办的事实", "Facts to be handled"),
        value=Text("3 分钟", "3 minutes"),
        note=Text("最早的一件等了这么久", "The oldest has waited as long"),
        health=Health.WARN,
    ),
    Figure(
        label=Text("账本", "Ledger"),
        value=Text("1 条不成立", "1 does not hold"),
        note=Text("共 10 条，8 分钟前查过", "Of 10, checked 8 minutes ago"),
        health=Health.BAD,
        path="/ops/reconciliation",
    ),
)

OVERVIEW = Overview(
    at=datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
    figures=FIGURES,
    columns=(MESSAGES, DELIVERIES, MONEY, NOTHING),
    rows=(FEEDS, NO_EXCEPTIONS),
)
