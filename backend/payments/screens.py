"""Bills and payments as the screens draw them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from backend.city.city import City
from backend.core.clock import SHANGHAI
from backend.payments.channels import Providers
from backend.payments.models import Channel
from backend.payments.paths import bill_path, receipt_path, result_path
from backend.payments.providers.protocol import Creation, Scene
from backend.payments.records import Account, Bill, BillState, Order, OrderState
from pwa.views.parts import Text
from pwa.views.payments import (
    BillList,
    BillPage,
    LeavePage,
    OwedBill,
    PayChannel,
    PaymentFact,
    PaymentResult,
    ResultState,
)

CHANNELS = {
    Channel.WECHAT: PayChannel(value="wechat", title=Text("微信支付", "WeChat Pay")),
    Channel.ALIPAY: PayChannel(value="alipay", title=Text("支付宝", "Alipay")),
    Channel.UNIONPAY: PayChannel(
        value="unionpay", title=Text("云闪付", "UnionPay"), note=Text("银联各发卡行", "Cards of all banks of UnionPay")
    ),
}
_OPEN = frozenset({OrderState.CREATED, OrderState.PENDING})
_RESULTS = {
    OrderState.PAID: ResultState.PAID,
    OrderState.PARTIALLY_REFUNDED: ResultState.PAID,
    OrderState.REFUNDED: ResultState.REFUNDED,
    OrderState.CLOSED: ResultState.ENDED,
    OrderState.FAILED: ResultState.ENDED,
}


def title_of(city: City, fee_code: str) -> Text:
    """A fee item may have left the pack while bills for it remain."""
    fee = city.fees.get(fee_code)
    return Text(fee_code) if fee is None else Text(fee.name.zh, fee.name.en)


def bill_list(bills: Sequence[Bill], city: City) -> BillList:
    def drawn(bill: Bill) -> OwedBill:
        return OwedBill(
            path=bill_path(bill.bill_id) if bill.settled_by is None else receipt_path(bill.settled_by),
            title=title_of(city, bill.fee_code),
            amount_fen=bill.amount_fen,
            due_on=bill.due_on,
        )

    owed = tuple(drawn(bill) for bill in bills if bill.state == BillState.OPEN)
    return BillList(owed=owed, paid=tuple(drawn(bill) for bill in bills if bill.state != BillState.OPEN))


def bill_page(bill: Bill, city: City, providers: Providers, failing: Collection[Channel], key: str) -> BillPage:
    """Only ways to pay that work now are offered; those that fail are named as failing."""
    offered = [channel for channel in CHANNELS if channel in providers and Scene.WEB in providers[channel].scenes]
    return BillPage(
        title=title_of(city, bill.fee_code),
        amount_fen=bill.amount_fen,
        facts=_facts(bill),
        pay_path=f"{bill_path(bill.bill_id)}/pay",
        key=key,
        channels=tuple(CHANNELS[channel] for channel in offered if channel not in failing),
        hidden=tuple(CHANNELS[channel].title for channel in offered if channel in failing),
        due_on=bill.due_on,
    )


def result_page(order: Order, bill: Bill, city: City) -> PaymentResult:
    """What is known here, never what the way back from the provider says."""
    state = _RESULTS.get(OrderState(order.state), ResultState.CHECKING)
    if order.booked_to == Account.OVERPAYMENT and state is ResultState.PAID:
        state = ResultState.REFUNDING
    how = PaymentFact(label=Text("支付方式", "Paid with"), text=CHANNELS[Channel(order.channel)].title)
    return PaymentResult(
        state=state,
        title=title_of(city, bill.fee_code),
        amount_fen=order.amount_fen,
        facts=(how, *_received(order.paid_at), *_facts(bill)[::-2]),
        bill_path=bill_path(bill.bill_id),
        go_path=f"{result_path(order.order_no)}/go" if order.state in _OPEN and order.creation else None,
        receipt_path=receipt_path(order.order_no) if bill.settled_by == order.order_no else None,
    )


def leave_page(order: Order, creation: Creation) -> LeavePage:
    return LeavePage(
        channel=CHANNELS[Channel(order.channel)].title,
        amount_fen=order.amount_fen,
        url=creation.url or "",
        result_path=result_path(order.order_no),
        form=creation.form,
    )


def _received(paid_at: datetime | None) -> tuple[PaymentFact, ...]:
    if paid_at is None:
        return ()
    text = Text(f"{paid_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}")
    return (PaymentFact(label=Text("到账时间", "Received"), text=text),)


def _facts(bill: Bill) -> tuple[PaymentFact, ...]:
    return (
        PaymentFact(label=Text("收费单位", "Payee"), text=Text(bill.payee)),
        PaymentFact(label=Text("收费依据", "Legal basis"), text=Text(bill.basis)),
        PaymentFact(label=Text("缴款单号", "Bill number"), text=Text(_spaced(bill.bill_no))),
    )


def _spaced(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
