"""What the licences of a resident say about an item: may they do it now, until when, and what they need not bring."""

from collections.abc import Callable, Sequence
from datetime import date
from gettext import NullTranslations

from msgspec import Struct

from backend.catalogue.guides import Resident
from backend.city.city import City
from backend.city.items import Item
from backend.city.licence_types import LicenceType
from backend.licences.models import Licence, Standing
from backend.licences.service import window_closes_on, window_opens_on
from backend.payments.records import OwedTogether
from backend.payments.screens import owed_line
from pwa.views.guide import Notice, Tone
from pwa.views.parts import Text
from pwa.views.shell import Locale
from pwa.words import Words

SETTINGS_PATH = "/me/notifications"
IN_FORCE = frozenset({Standing.VALID, Standing.SOON, Standing.RENEWING})
_CONCERNED = IN_FORCE | {Standing.EXPIRED, Standing.SUSPENDED}
_ZH, _EN = (Words(locale, NullTranslations()) for locale in Locale)


class Held(Struct, frozen=True):
    """A licence of the resident's that the item renews, with the first and the last day to apply where rules say."""

    licence: Licence
    kind: LicenceType
    opens_on: date | None
    closes_on: date | None
    today: date

    def day(self, on: date) -> Text:
        return Text(_ZH.day(on, self.today), _EN.day(on, self.today))

    @property
    def name(self) -> Text:
        return Text(self.kind.name.zh, self.kind.name.en)


def resident_view(
    city: City,
    item: Item,
    wallet: Sequence[Licence],
    today: date,
    *,
    favourite: bool,
    owed: OwedTogether | None = None,
) -> Resident:
    """`wallet` in the order of urgency, as `list_wallet` gives it: the first licence that the item renews decides.

    `owed`: open bills for fees of the item.
    """
    held = _renewed_by(city, item, wallet, today)
    return Resident(
        held=frozenset(each.licence_type for each in wallet if each.standing in IN_FORCE),
        favourite=favourite,
        eligibility=_eligibility(held) if held else None,
        window=_window(held) if held else None,
        remind_path=SETTINGS_PATH if held and held.licence.expires_on else None,
        owed=owed_line(owed, city, today),
    )


def _renewed_by(city: City, item: Item, wallet: Sequence[Licence], today: date) -> Held | None:
    for licence in wallet:
        kind = city.licence_types.get(licence.licence_type)
        if kind is not None and kind.renewing_item == item.code and licence.standing in _CONCERNED:
            ends = licence.expires_on
            opens = window_opens_on(kind.renewal_window, ends, city) if ends else None
            closes = window_closes_on(kind.renewal_window, ends, city) if ends else None
            return Held(licence, kind, opens, closes, today)
    return None


def _eligibility(held: Held) -> Notice:
    standing, expires_on = held.licence.standing, held.licence.expires_on
    if standing is Standing.RENEWING:
        return _renewing(held)
    if standing is Standing.SUSPENDED:
        return _notice(Tone.WARN, "您的证照目前暂扣。", "Your licence is suspended.", _ask_first(held))
    if expires_on is None:
        return _notice(Tone.INFO, "您不用办。", "You need not do this.", _long_term(held))
    if held.today > expires_on:
        return _notice(Tone.WARN, "您的证照已经过期。", "Your licence has expired.", _ended(held, expires_on))
    return _before_expiry(held, expires_on)


def _before_expiry(held: Held, expires_on: date) -> Notice:
    if held.closes_on is not None and held.today > held.closes_on:
        return _notice(Tone.WARN, "申请期限已过。", "The time to apply is over.", _missed(held, held.closes_on))
    if held.opens_on is not None and held.today < held.opens_on:
        return _notice(Tone.INFO, "还没到办理时间。", "It is too early.", _early(held, expires_on, held.opens_on))
    if held.opens_on is None and held.licence.standing is not Standing.SOON:
        return _notice(Tone.INFO, "您的证照还在有效期内。", "Your licence is in force.", _ends(held, expires_on))
    return _notice(Tone.OK, "您现在可以办。", "You can do this now.", _open(held, expires_on))


def _open(held: Held, expires_on: date) -> Text:
    """With the rule's own words for the window, and the last day where it ends before the licence does."""
    window, ends = held.kind.renewal_window, _ends(held, expires_on)
    rule = Text(window.text.zh, window.text.en) if window else None
    last = held.day(held.closes_on) if held.closes_on and held.closes_on != expires_on else None
    zh = [ends.zh.rstrip("。"), *([f"规定：{rule.zh}"] if rule else []), *([f"最迟 {last.zh}"] if last else [])]
    en = [
        ends.en or "",
        *([f"The rule: {rule.en}."] if rule and rule.en else []),
        *([f"No later than {last.en}."] if last else []),
    ]
    return Text("；".join(zh) + "。", " ".join(en) if ends.en else None)


def _ends(held: Held, expires_on: date) -> Text:
    return _said(
        held,
        held.day(expires_on),
        lambda name, day: f"依据您的{name}：{day}到期。",
        lambda name, day: f"Your {name} expires on {day}.",
    )


def _early(held: Held, expires_on: date, opens_on: date) -> Text:
    ends, opens = _ends(held, expires_on), held.day(opens_on)
    return Text(
        f"{ends.zh.rstrip('。')}，{opens.zh}起可以办。",
        f"{ends.en} You can apply from {opens.en}." if ends.en else None,
    )


def _missed(held: Held, closes_on: date) -> Text:
    return _said(
        held,
        held.day(closes_on),
        lambda name, day: f"您的{name}最迟应在 {day}申请，请先向办理部门了解。",
        lambda name, day: f"Renewal of your {name} was due by {day}. Ask the office first.",
    )


def _ended(held: Held, expires_on: date) -> Text:
    return _said(
        held,
        held.day(expires_on),
        lambda name, day: f"{name}已于 {day}到期，请尽快办理。",
        lambda name, day: f"Your {name} expired on {day}. Please apply soon.",
    )


def _renewing(held: Held) -> Notice:
    filed_on = held.licence.renewal_filed_on or held.today
    filed = _said(
        held,
        held.day(filed_on),
        lambda name, day: f"您的{name}续期已于 {day}受理。",
        lambda name, day: f"The renewal of your {name} was filed on {day}.",
    )
    return _notice(Tone.INFO, "已经在办了。", "Already under way.", filed)


def _long_term(held: Held) -> Text:
    return _said(
        held, Text("", ""), lambda name, _: f"您的{name}长期有效。", lambda name, _: f"Your {name} does not expire."
    )


def _ask_first(held: Held) -> Text:
    return _said(
        held,
        Text("", ""),
        lambda name, _: f"{name}暂扣期间能否办理，请先向发证部门了解。",
        lambda name, _: f"Ask the issuing office whether your {name} can be renewed meanwhile.",
    )


def _window(held: Held) -> Text | None:
    """When this resident may apply: 您：11 月 5 日起."""
    if held.opens_on is None or held.licence.standing is Standing.RENEWING:
        return None
    day = held.day(held.opens_on)
    return Text(f"您：{day.zh}起", f"You: from {day.en}")


def _said(held: Held, day: Text, zh: Callable[[str, str], str], en: Callable[[str, str], str]) -> Text:
    """A sentence about the licence and a day; in English only where the licence has an English name."""
    name = held.name
    return Text(zh(name.zh, day.zh), en(name.en, day.en or "") if name.en else None)


def _notice(tone: Tone, zh: str, en: str, detail: Text) -> Notice:
    return Notice(tone=tone, lead=Text(zh, en), detail=detail)
