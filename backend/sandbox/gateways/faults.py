"""What may go wrong at a provider, switched on at its desk."""

from collections.abc import Mapping
from enum import StrEnum


class Fault(StrEnum):
    """Each changes what happens from the moment it is on; several may be on together."""

    NEVER_CALL_BACK = "never_call_back"
    CALL_BACK_TWICE = "call_back_twice"
    CALL_BACK_LATE = "call_back_late"
    BEFORE_CREATE_RETURNS = "before_create_returns"
    WRONG_AMOUNT = "wrong_amount"
    FORGED = "forged"
    ANSWER_LOST = "answer_lost"
    REFUND_ABNORMAL = "refund_abnormal"
    DOWN = "down"
    REFUND_CLOSED = "refund_closed"
    SIGNATURE_PROBE = "signature_probe"
    NEW_CERTIFICATE = "new_certificate"
    PAYEE_REFUSED = "payee_refused"
    BOUNCES = "bounces"
    STUCK = "stuck"
    FORGETS = "forgets"


# What the desk says of each, in Chinese and English.
SENTENCES: Mapping[Fault, tuple[str, str]] = {
    Fault.NEVER_CALL_BACK: (
        "通知都扣下不发，可在下面的订单里放行。",
        "Notices are kept back; an order below lets its own go.",
    ),
    Fault.CALL_BACK_TWICE: ("每个通知同时发两遍。", "Every notice goes out twice at the same time."),
    Fault.CALL_BACK_LATE: ("通知推迟两分钟才发第一遍。", "The first send of a notice waits two minutes."),
    Fault.BEFORE_CREATE_RETURNS: (
        "下单还没应答，就已付款并通知。",
        "An order is paid and told before the call that creates it is answered.",
    ),
    Fault.WRONG_AMOUNT: ("通知里少一分钱，签名是真的。", "A notice tells one fen less, well signed."),
    Fault.FORGED: ("通知用别人的密钥签名。", "A notice is signed with a key that is not the provider's."),
    Fault.ANSWER_LOST: (
        "商户的请求照办，但应答丢失。",
        "A call of the merchant does its work, and its answer is lost.",
    ),
    Fault.REFUND_ABNORMAL: ("退款卡住，成为异常退款。", "Refunds get stuck as abnormal."),
    Fault.DOWN: ("渠道停机，商户的请求一律 503。", "The provider is down: every call is answered 503."),
    Fault.REFUND_CLOSED: ("退款被关闭，钱不退。", "Refunds are closed and no money goes back."),
    Fault.SIGNATURE_PROBE: (
        "每个通知先发一遍故意签错的（签名探测）。",
        "Every notice first comes once with a deliberately wrong signature (a probe).",
    ),
    Fault.NEW_CERTIFICATE: (
        "通知用刚换的平台证书签名，商户须先下载。",
        "Notices are signed with a new platform certificate that the merchant must download first.",
    ),
    Fault.PAYEE_REFUSED: ("户名与账号不符，拒绝付款。", "The name does not fit the account: nothing is paid."),
    Fault.BOUNCES: ("付出去的钱随后被退回。", "What was paid comes back shortly after."),
    Fault.STUCK: ("受理后一直不付。", "A payout is accepted and stays so."),
    Fault.FORGETS: ("查询一律回答没有这笔。", "Whatever is asked about is said to be unknown."),
}
# What any provider may do; the others belong to one provider's protocol.
COMMON = (
    Fault.NEVER_CALL_BACK,
    Fault.CALL_BACK_TWICE,
    Fault.CALL_BACK_LATE,
    Fault.BEFORE_CREATE_RETURNS,
    Fault.WRONG_AMOUNT,
    Fault.FORGED,
    Fault.ANSWER_LOST,
    Fault.REFUND_ABNORMAL,
    Fault.DOWN,
)
