"""办事: the directory, a search, an empty search, and two guides: one well known, one with gaps."""

from datetime import date

from pwa.examples.payments import OWED_FOR_LICENCE
from pwa.views.guide import (
    Answered,
    Answers,
    Asking,
    Condition,
    Fact,
    Faq,
    Favourite,
    Guide,
    Law,
    Material,
    MaterialState,
    Notice,
    Option,
    Phone,
    Place,
    SelfCheck,
    Step,
    Tone,
)
from pwa.views.parts import Action, Fee, Segment, Text, Tile
from pwa.views.services import Department, HeldLicence, Result, SearchResults, Services

SUBJECTS = (
    Segment(label=Text("个人", "Residents"), path="/services?subject=person", current=True),
    Segment(label=Text("企业", "Companies"), path="/services?subject=enterprise"),
    Segment(label=Text("跨省通办", "Across provinces"), path="/services?subject=cross"),
)

SERVICES = Services(
    subjects=SUBJECTS,
    packages=(
        Tile(icon="baby", label=Text("新生儿出生", "A child is born"), note=Text("6 个事项", "6 services"), path="#"),
        Tile(icon="graduation-cap", label=Text("入园入学", "Starting school"), path="#"),
        Tile(
            icon="briefcase", label=Text("就业", "Employment"), note=Text("登记 · 补贴", "Register, grants"), path="#"
        ),
        Tile(icon="heart-pulse", label=Text("异地就医", "Care elsewhere"), note=Text("备案 · 查询"), path="#"),
        Tile(icon="house", label=Text("二手房过户", "Buying a home"), note=Text("水电气联动"), path="#"),
        Tile(icon="sun", label=Text("退休", "Retiring"), note=Text("养老待遇", "Pension"), path="#"),
    ),
    themes=(
        Tile(icon="id-card", label=Text("证件办理", "Documents"), path="/services?theme=证件办理"),
        Tile(icon="car", label=Text("交通出行", "Transport"), path="/services?theme=交通出行"),
        Tile(icon="shield-check", label=Text("社会保障", "Social security"), path="/services?theme=社会保障"),
        Tile(icon="stethoscope", label=Text("医疗卫生", "Health"), path="/services?theme=医疗卫生"),
        Tile(icon="house", label=Text("住房保障", "Housing"), path="/services?theme=住房保障"),
        Tile(icon="graduation-cap", label=Text("教育科研", "Education"), path="/services?theme=教育科研"),
        Tile(icon="hand-heart", label=Text("优待抚恤", "Benefits"), path="/services?theme=优待抚恤"),
        Tile(icon="plane", label=Text("出境入境", "Border"), path="/services?theme=出境入境"),
    ),
    favourites=(
        Result(title=Text("居住证签注", "Endorse a residence permit"), note=Text("线上可办", "Online"), path="#"),
    ),
    recent=(Result(title=Text("身份证挂失", "Report a lost ID card"), note=None, path="#"),),
    often=(
        Segment(label=Text("异地就医备案", "Register care elsewhere"), path="#"),
        Segment(label=Text("住房公积金提取", "Withdraw from the housing fund"), path="#"),
    ),
    departments=(
        Department(name=Text("市公安局", "Public Security Bureau"), path="/services?q=市公安局", count=42),
        Department(name=Text("市人力资源社会保障局"), path="/services?q=市人力资源社会保障局", count=96),
    ),
    letters=tuple(
        Segment(label=Text(letter, letter), path=f"/services?view=a-z&letter={letter}", current=letter == "J")
        for letter in "BCDFGHJLNPQRSTWXYZ"
    ),
    listed=(Result(title=Text("居住证签注", "Endorse a residence permit"), note=None, path="#"),),
)

SEARCH = SearchResults(
    query="驾照",
    subject="person",
    subjects=SUBJECTS,
    results=(
        Result(
            title=Text("机动车驾驶证期满换证", "Renew a driving licence"),
            note=None,
            path="/services/LAW-0025",
            marks=("驾驶证",),
            for_you=Text("您的证明年 2 月 3 日到期", "Yours expires on 3 February 2027"),
        ),
        Result(
            title=Text("机动车驾驶证遗失补证", "Replace a lost driving licence"),
            note=Text("工本费 10 元", "Card fee ¥10"),
            path="/services/LAW-0026",
            marks=("驾驶证",),
        ),
        Result(
            title=Text("驾驶证违法信息查询"), note=Text("查询 · 市公安局"), path="/services/SHK-0040", marks=("驾驶证",)
        ),
    ),
    total=23,
    next_path="/services?q=驾照&after=3",
    licences=(
        HeldLicence(
            name=Text("机动车驾驶证", "Driving licence"),
            note=Text("C1 · 即将到期", "C1 · expires soon"),
            icon="car",
            colour="traffic",
            action=Action(label=Text("看证照", "Open"), path="/wallet/019aa102"),
        ),
    ),
    popular=(
        Segment(label=Text("居住证签注", "Residence permit"), path="/services?q=居住证签注"),
        Segment(label=Text("异地就医备案", "Care elsewhere"), path="/services?q=异地就医备案"),
        Segment(label=Text("公积金提取", "Housing fund"), path="/services?q=公积金提取"),
    ),
    joined=(("驾照", "驾驶证"),),
)

NOTHING = SearchResults(query="xyzzy", subjects=SUBJECTS, popular=SEARCH.popular)

WHO_COMES = Answered(
    question=Text("谁来办？", "Who applies?"),
    answer=Text("请人代办", "Somebody for me"),
    change_path="/services/LAW-0025#self-check",
)
ASKING = SelfCheck(
    action="/services/LAW-0025#self-check",
    start_path="/services/LAW-0025#self-check",
    answered=(WHO_COMES,),
    asking=Asking(
        question=Text("您多大年纪？", "How old are you?"),
        hint=Text("按周岁算", "In completed years"),
        options=(
            Option(label=Text("未满七十周岁", "Under 70"), value="agent.under-70"),
            Option(label=Text("七十周岁以上", "70 or older"), value="agent.from-70"),
        ),
    ),
)
SETTLED = SelfCheck(action="#", start_path="/services/LAW-0025#self-check", answered=(WHO_COMES, WHO_COMES))
ELSEWHERE = SelfCheck(
    action="#",
    start_path="/services/LAW-0025#self-check",
    outdated=True,
    answered=(WHO_COMES,),
    referral=Notice(
        tone=Tone.WARN, lead=Text("证丢了要办补证，不是换证。", "A lost licence is replaced, not renewed.")
    ),
    referral_action=Action(label=Text("驾驶证遗失补证", "Replace a lost driving licence"), path="/services/LAW-0026"),
)

GUIDE = Guide(
    code="LAW-0025",
    title=Text("机动车驾驶证期满换证", "Renew an expiring driving licence"),
    department=Text("公安机关交通管理部门（车辆管理所）", "Traffic police (vehicle administration office)"),
    tags=(Text("个人", "Residents"), Text("全国适用", "Nationwide")),
    online=Action(label=Text("在线办理", "Apply online"), path="/apply/LAW-0025"),
    counter=Action(label=Text("预约窗口", "Book a counter"), path="/appointments/LAW-0025"),
    remind_path="/me/notifications",
    favourite=Favourite(path="/services/LAW-0025/drop", kept=True),
    owed=OWED_FOR_LICENCE,
    eligibility=Notice(
        tone=Tone.OK,
        lead=Text("您现在可以办。", "You can do this now."),
        detail=Text(
            "依据您的驾驶证：明年 2 月 3 日到期，已进入期满前 90 日。",
            "Your licence expires on 3 February 2027, which is within 90 days.",
        ),
    ),
    answers=Answers(
        who=Fact(value=Text("个人", "People"), note=Text("条件见下", "See the conditions below")),
        when=Fact(
            value=Text("期满前 90 日内", "Within 90 days before expiry"),
            note=Text("您：11 月 5 日起", "You: from 5 November"),
        ),
        duration=Fact(
            value=Text("1 日内", "Within 1 day"), note=Text("法定时限，受理后起算", "By law, from acceptance")
        ),
        cost=Fact(value=Text("10 元/证", "¥10"), note=Text("工本费", "Card fee")),
        place=Fact(),
        visits=Fact(value=Text("1 次", "1 visit"), note=Text("现场拍照", "A photo is taken there")),
    ),
    self_check=ASKING,
    open_situation=True,
    conditions=(
        Condition(text=Text("驾驶证有效期满前九十日内", "Within ninety days before the licence expires")),
        Condition(
            text=Text("年满七十周岁的，每年提交身体条件证明", "From the age of 70 a medical certificate every year"),
            only_if=Text("七十周岁以上", "70 or older"),
        ),
    ),
    materials=(
        Material(
            name=Text("居民身份证", "Resident ID card"),
            state=MaterialState.OBTAINED,
            source=Text("已有电子证照，无需提交", "you hold the electronic licence"),
        ),
        Material(
            name=Text("身体条件证明", "Medical certificate"),
            state=MaterialState.FETCHING,
            source=Text("医疗机构", "from the hospital"),
        ),
        Material(
            name=Text("一寸白底免冠照片", "Photo on a white background"),
            source=Text("可用手机拍", "a phone picture will do"),
            requirement=Text("白色背景，不戴帽子，五官清楚。", "White background, no hat, face clearly visible."),
        ),
        Material(
            name=Text("委托书", "Power of attorney"),
            state=MaterialState.PROMISED,
            only_if=Text("代办", "By an agent"),
        ),
    ),
    steps=(
        Step(title=Text("核对信息", "Check your details"), detail=Text("看一遍即可", "Read them once")),
        Step(title=Text("上传照片", "Upload a photo"), detail=Text("拍照或从相册选", "Take one or choose one")),
        Step(title=Text("缴费 10 元", "Pay ¥10")),
        Step(
            title=Text("制证与领取", "Production and pick-up"),
            detail=Text("可寄到家", "Can be sent home"),
            limit=Text("1 个工作日", "1 working day"),
            only_if=Text("本人办理", "In person"),
        ),
    ),
    fees=(
        Fee(
            amount_fen=1000,
            name=Text("工本费", "Card fee"),
            unit=Text("证", "licence"),
            basis=Text("发改价格〔2004〕2831号"),
        ),
    ),
    consequence=Notice(
        tone=Tone.WARN,
        lead=Text("超期一年以上未换证，驾驶证会被注销。", "After a year's delay the licence is cancelled."),
        detail=Text("《机动车驾驶证申领和使用规定》第七十九条"),
    ),
    result=Text("机动车驾驶证", "Driving licence"),
    places=(
        Place(
            name=Text("市公安局车辆管理所", "Vehicle administration office"),
            address=Text("示例路 1 号", "1 Example Road"),
            hours=Text("工作日 9:00–17:00", "Working days 9:00–17:00"),
            phone="12123",
            bookable=True,
        ),
    ),
    phones=(Phone(label=Text("咨询电话", "Questions"), number="12123"),),
    faq=(
        Faq(
            question=Text("在外地能换吗？", "Can I renew it elsewhere?"),
            answer=Text(
                "可以，全国任何一个车管所都能换。", "Yes, at any vehicle administration office in the country."
            ),
            basis=Text("《机动车驾驶证申领和使用规定》第六十三条"),
        ),
    ),
    laws=(
        Law(law=Text("机动车驾驶证申领和使用规定"), article=Text("第六十三条"), version="2021-12-17"),
        Law(law=Text("机动车驾驶证申领和使用规定"), article=Text("第六十八条"), version="2021-12-17"),
    ),
    source=Text("国家法律法规数据库"),
    checked_on=date(2026, 11, 18),
    version=3,
)

SPARSE_GUIDE = Guide(
    code="SHK-0003",
    title=Text("居住证签注"),
    department=None,
    answers=Answers(),
    superseded_by="/services/LAW-0012",
)
