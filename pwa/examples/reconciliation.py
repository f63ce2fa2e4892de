"""A day of bills that do not agree in everything, and one difference with what two people decided about it."""

from datetime import UTC, datetime, timedelta

from msgspec import structs

from pwa.examples.frame import TODAY
from pwa.views.charts import Rows, Series, Tone
from pwa.views.parts import FieldError, Segment, Text
from pwa.views.payments import PaymentFact
from pwa.views.reconciliation import Decided, DifferenceLine, DifferencePage, ReconciledDay, Reconciliation, Sum

_YESTERDAY = TODAY - timedelta(days=1)
_PATH = "/ops/reconciliation"
_ORDER = "4tYpQ0zN8sKd31LmVb7RfXc2uHgJ9wE"
_ONE = f"{_PATH}/differences/019aa501"
_WECHAT, _ALIPAY = Text("微信支付", "WeChat Pay"), Text("支付宝", "Alipay")
_UNIONPAY = Text("云闪付", "UnionPay")


def _sums(payments: int, fen: int, here: int, here_fen: int) -> tuple[Sum, ...]:
    return (
        Sum(
            label=Text("收款", "Payments"),
            stated_fen=fen,
            stated_count=payments,
            here_fen=here_fen,
            here_count=here,
        ),
        Sum(label=Text("退款", "Refunds"), stated_fen=1_250_00, stated_count=9, here_fen=1_250_00, here_count=9),
        Sum(label=Text("手续费", "Fees"), stated_fen=187_42, here_fen=187_42),
    )


CARDS = (
    ReconciledDay(
        channel="wechat",
        name=_WECHAT,
        state=Text("有差异", "Differs"),
        tone="bad",
        icon="circle-alert",
        sums=_sums(1_204, 312_480_00, 1_203, 312_360_00),
        file=Text("第 2 版，11-20 11:42 人工导入 · 9f3a01c2", "Revision 2, imported 11-20 11:42 · 9f3a01c2"),
        others=(Text("第 1 版，11-20 10:31 自动取得 · 41bb7e90", "Revision 1, fetched 11-20 10:31 · 41bb7e90"),),
        can_run=True,
    ),
    ReconciledDay(
        channel="alipay",
        name=_ALIPAY,
        state=Text("已对平", "Agrees"),
        tone="ok",
        icon="check",
        sums=_sums(866, 201_114_50, 866, 201_114_50),
        file=Text("第 1 版，11-20 10:30 自动取得 · 5d20ff18", "Revision 1, fetched 11-20 10:30 · 5d20ff18"),
    ),
    ReconciledDay(
        channel="unionpay",
        name=_UNIONPAY,
        state=Text("账单有误，未对账", "The bill is wrong, nothing was matched"),
        tone="bad",
        icon="circle-alert",
        note=Text("被拒的文件：合计与明细不符", "A file was refused: rows do not add up"),
    ),
)
UNKNOWN = DifferenceLine(
    path=_ONE,
    title=Text("账单有、我方没有 · 微信支付", "In the bill, not here · WeChat Pay"),
    line=Text(
        "账单里有一笔收款 ¥ 120.00。单号在我方查不到。",
        "The bill has a payment of ¥ 120.00. The number is not known here.",
    ),
    age=Text("11-19 的账单，今天列入", "Bill of 11-19, listed today"),
    amount_fen=120_00,
)
LATE = DifferenceLine(
    path=f"{_PATH}/differences/019aa502",
    title=Text("我方有、账单没有 · 支付宝", "Here, not in the bill · Alipay"),
    line=Text("我方已记一笔收款 ¥ 25.00，账单里没有。", "A payment of ¥ 25.00 is booked here; no bill has it."),
    age=Text("11-19 的账单，今天列入", "Bill of 11-19, listed today"),
    amount_fen=25_00,
    waits=True,
)


def _rows(key: str, title: Text, about: Text, names: tuple[Text, ...], values: tuple[int, ...]) -> Rows:
    return Rows(
        key=key, title=title, about=about, names=names, series=(Series(label=Text("笔", "Rows"), values=values),)
    )


MATCHED = Rows(
    key="matched",
    title=Text("账单的每一行", "Rows of the bills"),
    about=Text("这一天，按渠道", "Of this day, by channel"),
    names=(_WECHAT, _ALIPAY),
    series=(
        Series(label=Text("一致", "Matched"), values=(1_198, 873)),
        Series(label=Text("自动补记", "Repaired"), values=(14, 2), tone=Tone.SECOND),
        Series(label=Text("有差异", "Differing"), values=(1, 0), tone=Tone.BAD),
    ),
)
DAY = Reconciliation(
    day=_YESTERDAY,
    days=tuple(
        Segment(label=Text(f"11-{day}", f"11-{day}"), path=f"{_PATH}?day=2026-11-{day}", current=day == 19)
        for day in range(15, 20)
    ),
    latest=_YESTERDAY,
    cards=CARDS,
    matched=MATCHED,
    classes=_rows(
        "classes",
        Text("未了结的差异", "Open differences"),
        Text("所有账单日，按类别", "Of all days, by class"),
        (Text("账单有、我方没有", "In the bill, not here"), Text("手续费不一致", "Fees differ")),
        (3, 1),
    ),
    ages=_rows(
        "ages",
        Text("挂了多久", "For how long"),
        Text("从列入清单起", "Since they were listed"),
        (Text("1 天以内", "Up to a day"), Text("4–7 天", "4–7 days")),
        (3, 1),
    ),
    pending=(UNKNOWN,),
    open=(UNKNOWN, LATE),
    open_count=104,
    channels=(("wechat", _WECHAT), ("alipay", _ALIPAY), ("unionpay", _UNIONPAY)),
    may_act=True,
)
NOTHING = Reconciliation(
    day=_YESTERDAY,
    days=DAY.days,
    latest=_YESTERDAY,
    cards=(),
    matched=_rows("matched", MATCHED.title, MATCHED.about, (), ()),
    classes=_rows("classes", DAY.classes.title, DAY.classes.about, (), ()),
    ages=_rows("ages", DAY.ages.title, DAY.ages.about, (), ()),
)
WAITING = structs.replace(
    NOTHING,
    cards=(
        CARDS[1],
        ReconciledDay(
            channel="unionpay",
            name=_UNIONPAY,
            state=Text("等渠道出账单", "Waits for the bill"),
            tone="warn",
            icon="clock",
        ),
    ),
    unfinished=True,
)
PROPOSED = DifferencePage(
    title=UNKNOWN.title,
    path=_ONE,
    back=f"{_PATH}?day=2026-11-19",
    state=Text("待处理", "To be dealt with"),
    tone="bad",
    icon="circle-alert",
    happened=UNKNOWN.line,
    to_do=Text("到渠道的商户平台按单号查询。", "Look the number up in the provider's portal."),
    facts=(
        PaymentFact(label=Text("渠道", "Channel"), text=_WECHAT),
        PaymentFact(
            label=Text("订单号", "Order"),
            text=Text(_ORDER, _ORDER),
        ),
        PaymentFact(
            label=Text("核销时入账", "Booked when written off"),
            text=Text("渠道多 ¥ 120.00，记入待查款项", "¥ 120.00 more at the channel, to “Unidentified”"),
        ),
    ),
    history=(
        Decided(
            what=Text("提议核销", "Proposed to write it off"),
            who="Zhao Min",
            at=datetime(2026, 11, 20, 3, 12, tzinfo=UTC),
            reason="网点补录，原单已作废",
        ),
    ),
    decides=Text("批准核销", "Approve writing it off"),
)
REFUSED = structs.replace(
    PROPOSED,
    history=(),
    decides=None,
    act=Text("提议核销", "Propose to write it off"),
    reason="?",
    errors=(
        FieldError(
            field="reason", message=Text("请写明理由（至少 4 个字）。", "Give the reason in at least 4 characters.")
        ),
    ),
)
