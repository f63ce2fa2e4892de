"""缴费: a bill, the way to the provider, and results."""

from datetime import date

from msgspec import structs

from pwa.views.parts import Due, ForWhom, Text
from pwa.views.payments import (
    BillList,
    BillPage,
    BillsOfOther,
    LeavePage,
    Owed,
    OwedBill,
    PayChannel,
    PaymentFact,
    PaymentResult,
    RefundLine,
    RefundState,
    ResultState,
)

TITLE = Text("机动车驾驶证工本费", "Driving licence document fee")
_FACTS = (
    PaymentFact(label=Text("收费单位", "Payee"), text=Text("公安机关交通管理部门", "Traffic police")),
    PaymentFact(label=Text("收费依据", "Legal basis"), text=Text("发改价格〔2017〕1186号")),
    PaymentFact(label=Text("缴款单号", "Bill number"), text=Text("SP2611207F3K9QW4"), number=True),
)
_RECEIVED = PaymentFact(label=Text("到账时间", "Received"), text=Text("2026-11-20 14:36:18"))
FIRM = ForWhom(
    shown=Text("为 上海晨光餐饮有限公司", "For Shanghai Chenguang Catering"),
    spoken=Text("为 上海晨光餐饮有限公司", "For Shanghai Chenguang Catering"),
)
_CHILD = ForWhom(
    shown=Text("为您的孩子 林*", "For your child 林*"), spoken=Text("为您的孩子 林某", "For your child Lin")
)
OWED = Owed(path="/bills", number=2, of_others=1, amount_fen=13_000, due=Due(on=date(2026, 11, 21), soon=True))
OWED_FOR_LICENCE = Owed(
    path="/bills/019aa301", number=1, amount_fen=1000, due=Due(on=date(2026, 11, 21), soon=True), title=TITLE
)
REFUNDS = tuple(
    RefundLine(state=state, amount_fen=500, reason=Text("多缴退费", "Paid too much")) for state in RefundState
)
_OWED = OwedBill(path="/bills/019aa301", title=TITLE, amount_fen=1000, due_on=date(2026, 11, 21))

BILLS = BillList(
    owed=(_OWED,),
    paid=(_OWED,),
    others=(
        BillsOfOther(for_whom=FIRM, owed=(_OWED, _OWED), paid=(_OWED,)),
        BillsOfOther(for_whom=_CHILD, paid=(_OWED,)),
    ),
)
NO_BILLS_OF_MINE = BillList(others=(BillsOfOther(for_whom=FIRM, owed=(_OWED,)),), more=True)
BILL = BillPage(
    title=TITLE,
    amount_fen=1000,
    facts=_FACTS,
    pay_path="/bills/019aa301/pay",
    key="019aa301",
    channels=(
        PayChannel(value="wechat", title=Text("微信支付", "WeChat Pay")),
        PayChannel(value="unionpay", title=Text("云闪付", "UnionPay"), note=Text("银联各发卡行", "Cards of all banks")),
    ),
    hidden=(Text("支付宝", "Alipay"),),
    due_on=date(2026, 11, 21),
)
BILL_OF_FIRM = structs.replace(BILL, for_whom=FIRM)
NO_WAY = BillPage(title=TITLE, amount_fen=1000, facts=_FACTS, pay_path="/bills/019aa301/pay", key="019aa301")
LEAVE = LeavePage(
    channel=Text("微信支付", "WeChat Pay"), amount_fen=1000, url="https://pay.example/1", result_path="/payments/1"
)
LEAVE_FOR_FIRM = structs.replace(LEAVE, for_whom=FIRM)
LEAVE_BY_FORM = LeavePage(
    channel=Text("云闪付", "UnionPay"),
    amount_fen=1000,
    url="https://pay.example/front",
    result_path="/payments/1",
    form={"orderId": "PAY0000000000001"},
)


def result(state: ResultState, *, for_whom: ForWhom | None = None) -> PaymentResult:
    return PaymentResult(
        state=state,
        title=TITLE,
        amount_fen=1000,
        facts=(_RECEIVED, *_FACTS),
        refunds=REFUNDS if state in {ResultState.REFUNDED, ResultState.REFUNDING} else (),
        go_path="/payments/1/go" if state is ResultState.CHECKING else None,
        again_path="/bills/019aa301" if state is ResultState.ENDED else None,
        receipt_path="/payments/1/receipt" if state is ResultState.PAID else None,
        for_whom=for_whom,
    )
