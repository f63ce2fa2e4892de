"""Bills and payments as the screens draw them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from backend.city.city import City
from backend.core.clock import SHANGHAI
from backend.payments.channels import Providers
from backend.payments.models import Channel
from backend.payments.orders import creation_of
from backend.payments.paths import BILLS, bill_path, receipt_path, result_path
from backend.payments.payers import Payable, Payer
from backend.payments.providers.protocol import Creation, Scene
from backend.payments.records import (
    Account,
    Bill,
    BillState,
    Cause,
    Order,
    OrderState,
    OwedTogether,
    Refund,
    RefundState,
)
from pwa.views.parts import Due, Text
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
    ResultState,
)
from pwa.views.payments import RefundState as RefundShown

CHANNELS = {
    Channel.WECHAT: PayChannel(value="wechat", title=Text("微信支付", "WeChat Pay")),
    Channel.ALIPAY: PayChannel(value="alipay", title=Text("支付宝", "Alipay")),
    Channel.UNIONPAY: PayChannel(
        value="unionpay", title=Text("云闪付", "UnionPay"), note=Text("银联各发卡行", "Cards of all banks of UnionPay")
    ),
}
_OPEN = frozenset({OrderState.CREATED, OrderState.PENDING})
_UNPAID = _OPEN | {OrderState.CLOSED, OrderState.FAILED}
_SOON = timedelta(days=30)
_REASONS = {
    Cause.OVERPAYMENT: Text("不应缴的款项", "It was not owed"),
    Cause.EXTERNAL: Text("支付机构办理的退款", "Refunded by the payment provider"),
}
_REFUNDS = {
    RefundState.REQUESTED: RefundShown.UNDER_WAY,
    RefundState.ACCEPTED: RefundShown.UNDER_WAY,
    RefundState.SUCCEEDED: RefundShown.DONE,
    RefundState.FAILED: RefundShown.STUCK,
    RefundState.ABNORMAL: RefundShown.STUCK,
}
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


def bill_list(found: Payable, reader_id: UUID, city: City) -> BillList:
    """The reader's own, then by payer those of others who have any."""

    def drawn(bill: Bill) -> OwedBill:
        return OwedBill(
            path=bill_path(bill.bill_id) if bill.settled_by is None else receipt_path(bill.settled_by),
            title=title_of(city, bill.fee_code),
            amount_fen=bill.amount_fen,
            due_on=bill.due_on,
        )

    owed: dict[UUID, list[OwedBill]] = defaultdict(list)
    paid: dict[UUID, list[OwedBill]] = defaultdict(list)
    for bill in found.bills:
        (owed if bill.state == BillState.OPEN else paid)[bill.subject_id].append(drawn(bill))
    return BillList(
        owed=tuple(owed[reader_id]),
        paid=tuple(paid[reader_id]),
        others=tuple(
            BillsOfOther(for_whom=payer.for_whom, owed=tuple(owed[payer_id]), paid=tuple(paid[payer_id]))
            for payer_id, payer in found.payers.items()
            if payer.for_whom is not None and (owed[payer_id] or paid[payer_id])
        ),
        more=found.more,
    )


def bill_page(
    bill: Bill, payer: Payer, city: City, providers: Providers, failing: Collection[Channel], key: str
) -> BillPage:
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
        for_whom=payer.for_whom,
    )


def owed_line(owed: OwedTogether | None, city: City, today: date) -> Owed | None:
    """What is to pay, for the screens of others: leads to the bill where it is one."""
    if owed is None:
        return None
    single = owed.number == 1
    return Owed(
        path=bill_path(owed.bill_id) if single else BILLS,
        number=owed.number,
        of_others=owed.of_others,
        amount_fen=owed.amount_fen,
        due=None if owed.due_on is None else Due(on=owed.due_on, soon=owed.due_on - today <= _SOON),
        title=title_of(city, owed.fee_code) if single else None,
    )


def result_page(
    order: Order, bill: Bill, payer: Payer, refunds: Sequence[Refund], city: City, now: datetime
) -> PaymentResult:
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
        refunds=tuple(_refund(each) for each in refunds),
        go_path=f"{result_path(order.order_no)}/go" if leads_to_provider(order, now) else None,
        again_path=bill_path(bill.bill_id) if _may_pay_again(order, bill, now) else None,
        receipt_path=receipt_path(order.order_no) if bill.settled_by == order.order_no else None,
        for_whom=payer.for_whom,
    )


def leads_to_provider(order: Order, now: datetime) -> bool:
    """The way there lives shorter than the order: at WeChat Pay five minutes."""
    creation = creation_of(order)
    return order.state in _OPEN and creation is not None and now < creation.expires_at


def _may_pay_again(order: Order, bill: Bill, now: datetime) -> bool:
    """Whoever starts anew ends this attempt first."""
    return bill.state == BillState.OPEN and order.state in _UNPAID and not leads_to_provider(order, now)


def _refund(refund: Refund) -> RefundLine:
    return RefundLine(
        state=_REFUNDS[RefundState(refund.state)],
        amount_fen=refund.amount_fen,
        reason=_REASONS.get(Cause(refund.cause)) or Text(refund.reason),
    )


def leave_page(order: Order, payer: Payer, creation: Creation) -> LeavePage:
    return LeavePage(
        channel=CHANNELS[Channel(order.channel)].title,
        amount_fen=order.amount_fen,
        url=creation.url or "",
        result_path=result_path(order.order_no),
        form=creation.form,
        for_whom=payer.for_whom,
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
        PaymentFact(label=Text("缴款单号", "Bill number"), text=Text(bill.bill_no), number=True),
    )
