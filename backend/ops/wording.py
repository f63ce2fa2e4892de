"""What operators read about figures: spans of time, ways to send and to pay, and what may be wrong with a payment."""

from datetime import datetime

from pwa.views.parts import Text

_UNITS = ((86_400, "天", "day"), (3_600, "小时", "hour"), (60, "分钟", "minute"), (1, "秒", "second"))

WAYS_TO_SEND = {"web_push": Text("手机推送", "Push"), "sms": Text("短信", "Text message")}
WAYS_TO_PAY = {
    "wechat": Text("微信支付", "WeChat Pay"),
    "alipay": Text("支付宝", "Alipay"),
    "unionpay": Text("云闪付", "UnionPay"),
}
EXCEPTIONS = {
    "wrong_channel": Text("渠道不符", "Another channel"),
    "wrong_amount": Text("金额不符", "Another amount"),
    "wrong_currency": Text("币种不符", "Another currency"),
    "no_transaction_number": Text("缺交易号", "No transaction number"),
    "transaction_of_another_order": Text("交易号属于别的订单", "Transaction of another order"),
    "second_payment_of_one_order": Text("一单付了两次", "An order paid twice"),
    "booked_differently": Text("与已记的账不同", "Booked differently before"),
    "wrong_refund_amount": Text("退款金额不符", "Another amount of refund"),
    "refunded_more_than_paid": Text("退款多于付款", "Refunded more than paid"),
    "refund_failed": Text("退款失败", "Refund failed"),
    "refund_abnormal": Text("退款异常", "Refund abnormal"),
    "unknown_order": Text("没有这个订单", "Unknown order"),
}


def span(since: datetime, now: datetime) -> Text:
    """How long, in the largest unit that fills: 3 分钟, 3 minutes."""
    seconds = max(0, int((now - since).total_seconds()))
    size, zh, en = next((unit for unit in _UNITS if seconds >= unit[0]), _UNITS[-1])
    number = seconds // size
    return Text(f"{number} {zh}", f"{number} {en}{'' if number == 1 else 's'}")


def ago(at: datetime, now: datetime) -> Text:
    long = span(at, now)
    return Text(f"{long.zh}前", f"{long.en} ago")


def count(number: int, zh: str, one: str, more: str) -> Text:
    """A number with its unit: 3 件, 3 deliveries."""
    return Text(f"{number:,} {zh}", f"{number:,} {one if number == 1 else more}")
