"""An item with everything that a guide can hold, beside those of the Shanghai pack."""

import msgspec

from backend.city.city import City
from backend.city.guide_parts import (
    Condition,
    Faq,
    Limit,
    Material,
    MaterialForm,
    Medium,
    Necessity,
    Place,
    Step,
)
from backend.city.items import Channel
from backend.city.models import Citation, Text, Unit
from backend.city.questions import Option, Question, Referral
from tests.catalogue.samples import item

CODE = "CN-sample-renewal"
ELSEWHERE = "CN-passport-renewal"

QUESTIONS = (
    Question(
        code="why",
        text=Text("为什么换？", "Why a new one?"),
        options=(
            Option("expiring", Text("快到期了", "It expires soon")),
            Option("damaged", Text("坏了", "It is damaged")),
            Option("lost", Text("丢了", "It is lost"), Referral(Text("丢了要补领。", "Lost: apply anew."), ELSEWHERE)),
        ),
    ),
    Question(
        code="who",
        text=Text("谁来办？", "Who applies?"),
        hint=Text("委托也可以", "Somebody may come for you"),
        options=(Option("self", Text("本人", "Myself")), Option("agent", Text("代办", "An agent"))),
    ),
    Question(
        code="age",
        text=Text("代办人成年了吗？", "Is the agent of age?"),
        options=(Option("adult", Text("成年", "Of age")), Option("minor", Text("未成年", "Under age"))),
        when=("agent",),
    ),
)

RICH = item(
    CODE,
    "示例证换领",
    "Renew a sample licence",
    summary=Text("换一张新证。", "A new licence for an old one."),
    channels=(Channel.ONLINE, Channel.COUNTER),
    visits=1,
    visit_reason=Text("现场拍照", "A photo is taken there"),
    legal_limit=Limit(20, Unit.WORKDAY, Text("二十个工作日")),
    conditions=(
        Condition("已持有示例证", "You hold the licence"),
        Condition("代办人年满十八周岁", "The agent is of age", when=("agent",)),
    ),
    questions=QUESTIONS,
    materials=(
        Material(Text("旧证", "The old licence"), Necessity.REQUIRED, form=MaterialForm.ORIGINAL, when=("damaged",)),
        Material(Text("身份证", "Identity card"), Necessity.REQUIRED, waived_by="resident-identity-card", copies=2),
        Material(Text("委托书", "Power of attorney"), Necessity.REQUIRED, when=("agent",), promisable=True),
        Material(
            Text("户籍信息", "Household record"), Necessity.REQUIRED, shared_data=Text("户籍信息", "Household record")
        ),
        Material(
            Text("照片", "Photo"),
            Necessity.CONDITIONAL,
            circumstance=Text("没有近照的", "Without a recent one"),
            filling_note=Text("白底", "White background"),
            medium=Medium.ELECTRONIC,
        ),
        Material(Text("体检表", "Medical form"), Necessity.DEFERRABLE),
    ),
    steps=(
        Step(Text("申请", "Apply"), Text("填表", "Fill in the form")),
        Step(Text("审核", "Review"), limit=Limit(5, Unit.WORKDAY, Text("五个工作日"))),
        Step(Text("核对委托", "Check the mandate"), when=("agent",)),
    ),
    fees=("FEE-SAMPLE",),
    fees_when={"FEE-SAMPLE": ("damaged",)},
    consequence=Text("过期无效。", "It is void after expiry."),
    result_name=Text("示例证", "Sample licence"),
    places=(
        Place(
            Text("示例窗口", "Sample counter </script>"),
            address=Text("示例路 1 号", "1 Example Road"),
            hours=Text("工作日 9:00–17:00", "Working days 9:00–17:00"),
            phone="021-12345678",
            bookable=True,
        ),
    ),
    faq=(Faq(Text("要多久？", "How long?"), Text("五天。", "Five days."), Citation("示例法", "第一条")),),
    legal_basis=(Citation("示例法", "第二条"),),
    consult_phone="021-12345",
    bookable=True,
)


def with_rich(city: City) -> City:
    """The city with the sample, and what it refers to, put in."""
    fee = next(fee for fee in city.fees.values() if fee.amount_fen)
    return msgspec.structs.replace(
        city,
        items={**city.items, CODE: RICH},
        item_versions={**city.item_versions, CODE: 1},
        fees={**city.fees, "FEE-SAMPLE": msgspec.structs.replace(fee, code="FEE-SAMPLE", amount_fen=2000)},
    )
