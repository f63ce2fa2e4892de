"""What a difference is called, what happened, and what to do about it: for operators, in both languages."""

from collections.abc import Mapping

from backend.payments.models import Channel, Kind
from backend.payments.money import Fen, format_yuan
from backend.payments.reconciliation.fees import OF_THE_DAY
from backend.payments.reconciliation.judging import TWIN, UNKNOWN_ORDER
from backend.payments.reconciliation.models import Act, Class, Decision, DifferenceState
from backend.payments.reconciliation.queries.differences import Difference
from backend.payments.reconciliation.repairing import FAILED
from backend.payments.records import Account
from backend.payments.screens import CHANNELS
from backend.payments.verdicts import Verdict
from pwa.views.parts import Text
from pwa.views.payments import PaymentFact

CLASSES: Mapping[str, Text] = {
    Class.MISSING_HERE: Text("账单有、我方没有", "In the bill, not here"),
    Class.MISSING_THERE: Text("我方有、账单没有", "Here, not in the bill"),
    Class.AMOUNT: Text("金额不一致", "Amounts differ"),
    Class.FEE: Text("手续费不一致", "Fees differ"),
    Class.STATE: Text("状态不一致", "States differ"),
    Class.NUMBER: Text("单号不一致", "Numbers differ"),
}
STATES: Mapping[str, tuple[Text, str, str]] = {
    DifferenceState.WAITING: (Text("等次日账单", "May be in the next bill"), "neutral", "clock"),
    DifferenceState.OPEN: (Text("待处理", "To be dealt with"), "bad", "circle-alert"),
    DifferenceState.REPAIRED: (Text("已自动补记", "Repaired"), "ok", "check"),
    DifferenceState.GONE: (Text("已对上", "Agrees now"), "ok", "check"),
    DifferenceState.WRITTEN_OFF: (Text("已核销", "Written off"), "neutral", "archive"),
    DifferenceState.REAPPEARED: (Text("核销后又对上", "Agrees after it was written off"), "bad", "circle-alert"),
}
ACTS: Mapping[str, Text] = {
    Act.WRITE_OFF: Text("提议核销", "Propose to write it off"),
    Act.TAKE_BACK: Text("提议撤回核销", "Propose to take the write-off back"),
}
APPROVALS: Mapping[str, Text] = {
    Act.WRITE_OFF: Text("批准核销", "Approve writing it off"),
    Act.TAKE_BACK: Text("批准撤回核销", "Approve taking it back"),
}
PROPOSED: Mapping[str, Text] = {
    Act.WRITE_OFF: Text("提议核销", "Proposed to write it off"),
    Act.TAKE_BACK: Text("提议撤回核销", "Proposed to take the write-off back"),
}
DECISIONS: Mapping[str, Text] = {
    Decision.APPROVED: Text("批准", "Approved"),
    Decision.REJECTED: Text("不同意", "Rejected"),
    Decision.WITHDRAWN: Text("提议人撤回", "Withdrawn"),
    Decision.VOID: Text("已对上，提议作废", "Void: it agrees now"),
}
ACCOUNTS: Mapping[str, Text] = {
    Account.UNIDENTIFIED: Text("待查款项", "Unidentified"),
    Account.CHANNEL_FEE: Text("渠道手续费", "Channel fees"),
}

_KINDS = {
    Kind.PAYMENT: Text("收款", "payment"),
    Kind.REFUND: Text("退款", "refund"),
    Kind.OTHER: Text("其他类型的交易", "trade of another kind"),
}
_PORTAL = Text(
    "到渠道的商户平台按单号查询；渠道更正账单后重新取账单。确认无法对上的，写明理由提议核销。",
    "Look the number up in the provider's portal; after a correction fetch the bill again. What cannot be matched is "
    "written off, with the reason.",
)
_REPAIR: Mapping[str, Text] = {
    UNKNOWN_ORDER: Text("单号在我方查不到。", "The number is not known here."),
    TWIN: Text("同一个单号在账单里出现了两次。", "The same number stands in the bills twice."),
    FAILED: Text(
        "自动补记时出错，详情见日志；可以重新对账。", "Repairing failed; see the logs, and run the day again."
    ),
    Verdict.EXCEPTION: Text("自动补记时与订单不符。", "It does not fit its order, so nothing was booked."),
}
_NOT_MOVED = Text("它不能推动我方的订单。", "It moves nothing here.")
_HAPPENED: Mapping[str, Text] = {
    Class.MISSING_HERE: Text("账单里有一笔{kind} {told}。{why}", "The bill has a {kind} of {told}. {why}"),
    Class.MISSING_THERE: Text(
        "我方已记一笔{kind} {booked}，账单里没有。", "A {kind} of {booked} is booked here; no bill has it."
    ),
    Class.AMOUNT: Text(
        "账单里的{kind}是 {told}，我方是 {booked}。", "The bill has a {kind} of {told}, here it is {booked}."
    ),
    Class.FEE: Text(
        "账单对这笔{kind}收手续费 {told}，按约定应为 {booked}。",
        "The bill charges {told} for this {kind}; {booked} are agreed.",
    ),
    Class.STATE: Text("账单说这笔{kind}处于另一种状态。", "The bill says that this {kind} stands otherwise."),
    Class.NUMBER: Text(
        "同一笔{kind} {told}，账单里的单号与我方不同。", "A {kind} of {told} has other numbers in the bill than here."
    ),
}
_UNBOOKED = Text(
    "账单里的{kind}是 {told}，与订单的金额不同，没有入账。",
    "The bill has a {kind} of {told}, which is not the order's amount: nothing was booked.",
)
_FEES_OF_THE_DAY = Text(
    "账单新版本的手续费合计 {told}，已入账 {booked}。", "The bill now charges {told}; {booked} are booked."
)


def channel_name(channel: str) -> Text:
    return CHANNELS[Channel(channel)].title


def title_of(found: Difference) -> Text:
    name, judged = channel_name(found.channel), CLASSES[found.judged]
    return Text(f"{judged.zh} · {name.zh}", f"{judged.en} · {name.en}")


def happened(found: Difference) -> Text:
    """In one or two sentences."""
    if found.kind == OF_THE_DAY:
        template, kind = _FEES_OF_THE_DAY, Text("", "")
    else:
        unbooked = found.judged == Class.AMOUNT and found.booked_fen is None
        template, kind = _UNBOOKED if unbooked else _HAPPENED[found.judged], _KINDS[Kind(found.kind)]
    why = _REPAIR.get(found.verdict or "", _NOT_MOVED)
    amounts = {"told": yuan(found.told_fen), "booked": yuan(found.booked_fen)}
    return Text(
        template.zh.format(kind=kind.zh, why=why.zh, **amounts),
        (template.en or "").format(kind=kind.en, why=why.en, **amounts),
    )


def to_do(found: Difference) -> Text:
    """The next step, or that there is none."""
    match found.state:
        case DifferenceState.WAITING:
            return Text(
                "不用处理：每天的截止时间不同，可能在次日账单里。", "Nothing: days end at different hours; it may come."
            )
        case DifferenceState.REPAIRED | DifferenceState.GONE:
            return Text("不用处理。", "Nothing.")
        case DifferenceState.WRITTEN_OFF:
            return Text(
                "已入账。核销有误的，可以提议撤回。", "It is booked. If that was wrong, propose to take it back."
            )
        case DifferenceState.REAPPEARED:
            return Text(
                "渠道后来的账单对上了这笔款：请提议撤回核销。",
                "A later bill agrees: propose to take the write-off back.",
            )
    if found.judged == Class.FEE:
        return Text(
            "与渠道核对费率和账单；确认无误的，写明理由提议核销。",
            "Check rate and bill with the provider; where they are right, write the difference off, with the reason.",
        )
    return _PORTAL


def facts_of(found: Difference) -> tuple[PaymentFact, ...]:
    """Only what is known."""
    told = [
        (Text("渠道", "Channel"), channel_name(found.channel)),
        (Text("账单日", "Day of the bill"), Text(found.day.isoformat(), found.day.isoformat())),
        (Text("订单号", "Order"), _number(found.order_no)),
        (Text("退款单号", "Refund"), _number(found.refund_no)),
        (Text("账单行", "Line of the bill"), _number(found.line_no)),
        (Text("账单金额", "In the bill"), _number(yuan(found.told_fen) if found.told_fen is not None else None)),
        (Text("我方金额", "Here"), _number(yuan(found.booked_fen) if found.booked_fen is not None else None)),
        (Text("核销时入账", "Booked when written off"), _booking(found)),
    ]
    return tuple(PaymentFact(label=label, text=text) for label, text in told if text is not None)


def yuan(fen: int | None) -> str:
    return "–" if fen is None else f"¥ {format_yuan(Fen(fen))}"


def _booking(found: Difference) -> Text | None:
    if not found.effect_fen:
        return Text("不入账，只作说明", "Nothing: it is only explained")
    account = ACCOUNTS[Account.CHANNEL_FEE if found.judged == Class.FEE else Account.UNIDENTIFIED]
    amount = yuan(abs(found.effect_fen))
    if found.effect_fen > 0:
        return Text(f"渠道多 {amount}，记入{account.zh}", f"{amount} more at the channel, to “{account.en}”")
    return Text(f"渠道少 {amount}，由{account.zh}列支", f"{amount} less at the channel, from “{account.en}”")


def _number(value: str | int | None) -> Text | None:
    return None if value is None else Text(str(value), str(value))
