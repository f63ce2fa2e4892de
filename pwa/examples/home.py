"""首页 of a resident with two licences coming due, and of an elder with one card to apply for."""

from datetime import date

from pwa.examples.payments import OWED
from pwa.views.home import CaseState, CaseStrip, FeedCard, Home
from pwa.views.parts import Action, Due, Fee, Text, Tile

ENDORSE = FeedCard(
    message_id="019aa001",
    title=Text("居住证签注", "Endorse your residence permit"),
    reason=Text(
        "您的居住证将住满一年，12 月 18 日前签注后继续有效。",
        "You will have held it for one year. Endorse by 18 December to keep it valid.",
    ),
    plain=Text(
        "您的居住证 12 月 18 日前要签注，不然就不能用了。",
        "Endorse your residence permit by 18 December, or it stops working.",
    ),
    due=Due(on=date(2026, 12, 18), soon=True),
    action=Action(label=Text("去签注", "Endorse"), path="/services/LAW-0012"),
    fee=Fee(amount_fen=0),
    online=True,
)

DRIVING = FeedCard(
    message_id="019aa002",
    title=Text("机动车驾驶证期满换证", "Renew your driving licence"),
    reason=Text(
        "您的驾驶证明年 2 月 3 日到期，现在起可以换。",
        "It expires on 3 February 2027. You can renew from now on.",
    ),
    due=Due(on=date(2027, 2, 3)),
    action=Action(label=Text("去换证", "Renew"), path="/services/LAW-0025"),
    fee=Fee(amount_fen=1000, name=Text("工本费", "Card fee")),
)

HONG_KONG = FeedCard(
    message_id="019aa003",
    title=Text("往来港澳通行证换发", "Renew the Hong Kong and Macao permit"),
    reason=Text(
        "家人的通行证已过期，再赴港澳前请先换发。", "A relative's permit has expired. Renew it before the next trip."
    ),
    due=Due(on=date(2026, 11, 8)),
    action=Action(label=Text("去换发", "Renew"), path="/services/LAW-0031"),
    relative="林*强",
    fee=Fee(amount_fen=None),
)

SENIOR_CARD = FeedCard(
    message_id="019aa004",
    title=Text("敬老卡申领", "Senior card"),
    reason=Text("12 月 12 日您满 65 岁，现在就可以办。", "You turn 65 on 12 December and can apply now."),
    plain=Text("12 月 12 日您满 65 岁，现在就可以办。", "You turn 65 on 12 December. You can apply now."),
    due=None,
    action=Action(label=Text("看看怎么办", "How to apply"), path="/services/SHN-0110"),
    bring=Text("只带身份证", "Bring your ID card only"),
)

TILES = (
    Tile(icon="piggy-bank", label=Text("社保缴费", "Social insurance"), path="/services?theme=social"),
    Tile(icon="house-plus", label=Text("公积金", "Housing fund"), path="/services?q=公积金"),
    Tile(icon="stethoscope", label=Text("医保信息", "Medical insurance"), path="/services?q=医保"),
    Tile(icon="file-badge", label=Text("电子证明", "Certificates"), path="/services?theme=certificates"),
    Tile(icon="car", label=Text("违法查询", "Traffic offences"), path="/services?q=违法"),
    Tile(icon="plane-takeoff", label=Text("出入境记录", "Travel records"), path="/services?q=出入境记录"),
    Tile(icon="map-pin", label=Text("异地就医", "Care in other cities"), path="/services?q=异地就医"),
    Tile(icon="layout-grid", label=Text("全部服务", "All services"), path="/services"),
)

ELDER_TILES = (
    Tile(icon="wallet-cards", label=Text("我的证照", "My cards"), path="/wallet"),
    Tile(icon="bell", label=Text("我的消息", "My messages"), path="/messages"),
    Tile(icon="piggy-bank", label=Text("养老金", "Pension"), path="/services?q=养老金"),
    Tile(icon="stethoscope", label=Text("医保", "Medical"), path="/services?q=医保"),
    Tile(icon="hand-coins", label=Text("老年津贴", "Allowance"), path="/services?q=津贴"),
    Tile(icon="layout-grid", label=Text("更多服务", "More"), path="/services"),
)

CASE = CaseStrip(
    path="/cases/SH26-4K7P-93QX",
    title=Text("上海市居住证申领", "Residence permit"),
    icon="id-card",
    state=CaseState.RUNNING,
    state_words=Text("审核中", "Under review"),
    working_days_left=5,
    done=3,
    relative="林*强",
)

PAUSED_CASE = CaseStrip(
    path="/cases/SH26-7M2C-11DA",
    title=Text("异地就医备案", "Care in another city"),
    icon="heart-pulse",
    state=CaseState.PAUSED,
    state_words=Text("等您补材料，计时暂停", "Waiting for a document from you; the clock is paused"),
    working_days_left=None,
    done=2,
)

HOME = Home(
    owed=OWED,
    feed=(ENDORSE, DRIVING),
    feed_total=3,
    cases=(CASE,),
    cases_total=1,
    tiles=TILES,
    elder_tiles=ELDER_TILES,
)
ELDER_HOME = Home(owed=OWED, feed=(SENIOR_CARD,), feed_total=1, tiles=TILES, elder_tiles=ELDER_TILES)
QUIET_HOME = Home(tiles=TILES, elder_tiles=ELDER_TILES)
