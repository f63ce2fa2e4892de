"""Licences as the wallet draws them: numbers masked, one way to renew, what it says on the licence."""

from datetime import date

from backend.citizens.masking import mask_number
from backend.city import models as city_models
from backend.city.city import City
from backend.city.licence_types import IssuerGroup, LicenceType
from backend.licences.models import Licence, Standing
from pwa.views.parts import Action, Text, Tile
from pwa.views.wallet import IssuerColour, LicenceCard, LicenceFact, LicencePage, LicenceStatus, Wallet

_COLOURS = {
    IssuerGroup.POLICE: IssuerColour.POLICE,
    IssuerGroup.TRAFFIC: IssuerColour.TRAFFIC,
    IssuerGroup.HRSS: IssuerColour.LABOUR,
    IssuerGroup.EXIT_ENTRY: IssuerColour.IMMIGRATION,
    IssuerGroup.CIVIL: IssuerColour.CIVIL,
    IssuerGroup.MEDICAL: IssuerColour.MEDICAL,
    IssuerGroup.OTHER: IssuerColour.NEUTRAL,
}
_WORDS = {
    Standing.VALID: Text("有效", "Valid"),
    Standing.SOON: Text("有效，可以办理续期", "Valid, may be renewed now"),
    Standing.RENEWING: Text("续期办理中", "Renewal in progress"),
    Standing.EXPIRED: Text("已过期", "Expired"),
    Standing.SUSPENDED: Text("已暂扣", "Suspended"),
    Standing.WITHDRAWN: Text("已撤销", "Withdrawn"),
    Standing.CANCELLED: Text("已注销", "Cancelled"),
    Standing.TRANSFERRED: Text("已转出", "Transferred elsewhere"),
    Standing.REVOKED: Text("已吊销", "Revoked"),
    Standing.OTHER: Text("其他，请向发证部门了解", "Other: ask the issuing department"),
    Standing.SUPERSEDED: Text("已由新证代替", "Replaced by a newer one"),
}
_RENEWABLE = frozenset({Standing.SOON, Standing.EXPIRED, Standing.SUSPENDED})
_RENEW = Text("去办理续期", "Renew")
_LONG_TERM = Text("长期", "Long-term")


def wallet_view(licences: list[Licence], holder: str, city: City) -> Wallet:
    """Cards in the order given; `holder` is the masked name."""
    return Wallet(cards=tuple(card_view(licence, holder, city) for licence in licences))


def card_view(licence: Licence, holder: str, city: City) -> LicenceCard:
    kind, masked = city.licence_types.get(licence.licence_type), mask_number(licence.number)
    return LicenceCard(
        licence_id=str(licence.licence_id),
        path=f"/wallet/{licence.licence_id}",
        name=Text(licence.licence_type) if kind is None else _text(kind.name),
        issuer=Text("") if kind is None else _text(kind.issuer),
        colour=IssuerColour.NEUTRAL if kind is None else _COLOURS[kind.issuer_group],
        status=LicenceStatus(licence.standing),
        expires_on=licence.expires_on,
        long_term=licence.expires_on is None,
        holder=holder,
        number=masked.shown,
        number_tail=masked.tail,
        renew=_renew(licence, kind),
    )


def licence_view(licence: Licence, holder: str, city: City) -> LicencePage:
    kind = city.licence_types.get(licence.licence_type)
    item = None if kind is None or kind.renewing_item is None else city.item(kind.renewing_item)
    rows = () if item is None else (Tile(icon="book-open", label=_text(item.title), path=f"/services/{item.code}"),)
    return LicencePage(card=card_view(licence, holder, city), facts=tuple(_facts(licence)), rows=rows)


def _facts(licence: Licence) -> list[LicenceFact]:
    facts = [
        LicenceFact(label=Text("状态", "Status"), text=_WORDS[licence.standing]),
        LicenceFact(label=Text("签发日期", "Issued on"), on=licence.issued_on),
        LicenceFact(label=Text("有效期起", "Valid from"), on=licence.valid_from),
        _validity(licence.expires_on),
    ]
    if licence.renewal_filed_on is not None:
        facts.append(LicenceFact(label=Text("续期受理日期", "Renewal filed on"), on=licence.renewal_filed_on))
    return facts + [LicenceFact(label=Text(label), text=Text(value)) for label, value in licence.face.items()]


def _validity(expires_on: date | None) -> LicenceFact:
    label = Text("有效期止", "Valid until")
    return LicenceFact(label=label, text=_LONG_TERM) if expires_on is None else LicenceFact(label=label, on=expires_on)


def _renew(licence: Licence, kind: LicenceType | None) -> Action | None:
    """Only where renewing makes sense now, and where the city knows the item that does it."""
    if kind is None or kind.renewing_item is None or licence.standing not in _RENEWABLE:
        return None
    return Action(label=_RENEW, path=f"/services/{kind.renewing_item}")


def _text(text: city_models.Text) -> Text:
    return Text(text.zh, text.en)
