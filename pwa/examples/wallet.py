"""证照: seven cards in seven colours, and one not yet held."""

from datetime import date

from pwa.views.parts import Action, Segment, Text
from pwa.views.wallet import IssuerColour, LicenceCard, LicenceFact, LicencePage, LicenceStatus, NotHeld, Wallet

PERMIT = LicenceCard(
    licence_id="019aa101",
    path="/wallet/019aa101",
    name=Text("上海市居住证", "Shanghai residence permit"),
    issuer=Text("上海市公安局", "Shanghai Public Security Bureau"),
    colour=IssuerColour.POLICE,
    status=LicenceStatus.SOON,
    expires_on=date(2026, 12, 18),
    holder="林*雯",
    number="3408 •••••••••• 0526",
    number_tail="0 5 2 6",
    renew=Action(label=Text("去签注", "Endorse"), path="/services/LAW-0012"),
    show_path="/wallet/019aa101/show",
)


def _card(
    last: str,
    name: Text,
    issuer: Text,
    colour: IssuerColour,
    status: LicenceStatus = LicenceStatus.VALID,
    expires_on: date | None = None,
    note: Text | None = None,
) -> LicenceCard:
    return LicenceCard(
        licence_id=f"019aa1{last}",
        path=f"/wallet/019aa1{last}",
        name=name,
        issuer=issuer,
        colour=colour,
        status=status,
        expires_on=expires_on,
        long_term=expires_on is None,
        holder="林*雯",
        note=note,
    )


DRIVING = _card(
    "02",
    Text("机动车驾驶证", "Driving licence"),
    Text("公安交管", "Traffic police"),
    IssuerColour.TRAFFIC,
    LicenceStatus.SOON,
    date(2027, 2, 3),
    Text("C1"),
)
IDENTITY = _card(
    "03",
    Text("居民身份证", "Resident identity card"),
    Text("公安机关", "Public security"),
    IssuerColour.POLICE,
    expires_on=date(2036, 5, 26),
)
SOCIAL = _card(
    "04",
    Text("社会保障卡", "Social security card"),
    Text("人力资源社会保障部门"),
    IssuerColour.LABOUR,
    expires_on=date(2030, 1, 1),
)
PASSPORT = _card(
    "05", Text("普通护照", "Passport"), Text("出入境管理机构"), IssuerColour.IMMIGRATION, expires_on=date(2031, 3, 9)
)
MARRIAGE = _card("06", Text("结婚证", "Marriage certificate"), Text("民政部门婚姻登记机关"), IssuerColour.CIVIL)
HONG_KONG = _card(
    "07",
    Text("往来港澳通行证", "Hong Kong and Macao permit"),
    Text("出入境管理机构", "Immigration"),
    IssuerColour.IMMIGRATION,
    LicenceStatus.EXPIRED,
    date(2026, 11, 8),
)

WALLET = Wallet(
    cards=(PERMIT, DRIVING, IDENTITY, SOCIAL, PASSPORT, MARRIAGE, HONG_KONG),
    people=(
        Segment(label=Text("我的", "Mine"), path="/wallet", current=True, count=7),
        Segment(label=Text("林*强"), path="/wallet?person=2", count=3),
    ),
)

SENIOR_CARD = NotHeld(
    name=Text("敬老卡", "Senior card"),
    note=Text("还没有办，您现在可以办了", "You do not have it yet and can apply now"),
    action=Action(label=Text("看看怎么办", "How to apply"), path="/services/SHN-0110"),
)

ELDER_WALLET = Wallet(cards=(PERMIT, IDENTITY, SOCIAL), not_held=(SENIOR_CARD,))

LICENCE = LicencePage(
    card=PERMIT,
    facts=(
        LicenceFact(label=Text("持证人", "Holder"), text=Text("林*雯")),
        LicenceFact(label=Text("发证日期", "Issued on"), on=date(2025, 12, 18)),
        LicenceFact(label=Text("有效期至", "Valid until"), on=date(2026, 12, 18)),
        LicenceFact(label=Text("住址", "Address")),
    ),
)
