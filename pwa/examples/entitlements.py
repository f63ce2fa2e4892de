"""免申即享: an offer, what becomes of it, and the list."""

from datetime import UTC, date, datetime
from typing import Any

from pwa.views.entitlements import (
    CardChoice,
    ComparedDay,
    EntitlementDesk,
    LostLine,
    OfferFact,
    OfferLine,
    OfferList,
    OfferPage,
    OfferState,
    UnpaidLine,
)
from pwa.views.parts import FieldError, Text

TITLE = Text("低保家庭居民医保缴费资助", "Help with the medical insurance contribution")
_AT = datetime(2026, 11, 20, 2, 5, tzinfo=UTC)
_CARDS = (
    CardChoice(
        value="019aa401", last_four="0128", source=Text("市人力资源和社会保障局", "Human resources and social security")
    ),
    CardChoice(value="019aa402", last_four="0122", source=Text("您自己填写的", "Entered by yourself")),
)


def offer(state: OfferState, **facts: Any) -> OfferPage:
    answered = state not in {OfferState.OPEN, OfferState.UNPRICED, OfferState.ENDED}
    paid_to = answered and state is not OfferState.DECLINED
    known: dict[str, Any] = {
        "state": state,
        "title": TITLE,
        "body": Text("您的居民医保个人缴费可以获得资助", "Your contribution can be paid for you"),
        "rule": Text(
            "最低生活保障家庭中60周岁以上的老年人参加居民医保，个人缴费部分给予资助。",
            "Contributions of people over 60 in families on minimum subsistence are paid for them.",
        ),
        "facts": (
            OfferFact(
                name=Text("救助对象认定", "Recognised for relief"),
                on=date(2026, 11, 18),
                source=Text("市民政局", "Civil affairs"),
            ),
            OfferFact(name=Text("出生日期", "Date of birth"), on=date(1960, 3, 2), source=Text("平台", "The platform")),
        ),
        "path": "/entitlements/medical-insurance/019aa400",
        "amount_fen": None if state is OfferState.UNPRICED else 52_000,
        "law": Text("《上海市社会救助条例》第二十一条"),
        "cards": _CARDS,
        "number": "MX2611207F3KQ2WN" if answered else None,
        "last_four": "0128" if paid_to else None,
        "paid_at": _AT if state is OfferState.PAID else None,
        "why_ended": Text("依据的信息已被撤回或更正。", "What it rested on has been withdrawn or corrected.")
        if state is OfferState.ENDED
        else None,
    }
    return OfferPage(**(known | facts))


WITHOUT_CARD = offer(OfferState.OPEN, cards=(), for_whom=Text("为 上海示例贸易有限公司", "For Shanghai Example Trade"))
BAD_CARD = offer(
    OfferState.OPEN,
    typed="6222 0212 3456",
    error=FieldError(
        field="number",
        message=Text(
            "银行卡号不对。请对照卡面核对 16 至 19 位数字。",
            "This is not the number of a bank card. Compare its 16 to 19 digits with the card.",
        ),
    ),
)
ANSWERS = OfferList(
    lines=tuple(
        OfferLine(
            path="/entitlements/medical-insurance/019aa400",
            title=TITLE,
            state=state,
            answered_at=_AT,
            amount_fen=None if state is OfferState.DECLINED else 52_000,
            for_whom=Text("为 林*", "For 林*") if state is OfferState.PAID else None,
        )
        for state in (OfferState.UNDER_WAY, OfferState.PAID, OfferState.UNPAID, OfferState.HELD, OfferState.DECLINED)
    )
)
QUIET_DESK = EntitlementDesk(may_act=False)
DESK = EntitlementDesk(
    may_act=True,
    lost=(
        LostLine(number="MX2611207F3KQ2WN", rule=TITLE, amount_fen=52_000, state=Text("已发放", "Paid"), lost_at=_AT),
    ),
    unpaid=tuple(
        UnpaidLine(
            number="FF2611207F3KQ2WNAB",
            purpose=TITLE.zh,
            amount_fen=52_000,
            returned=returned,
            failure="account_closed" if returned else "payee_refused",
            ordered_at=_AT,
        )
        for returned in (True, False)
    ),
    days=(ComparedDay(day=date(2026, 11, 19), ours=128, theirs=128, differences=0),),
)
