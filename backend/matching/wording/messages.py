"""A message for all that has come due for one reader: one thing by name, several as a digest, the soonest first.

Nothing in it grows old: days left are counted by the screen that shows it.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from msgspec import Struct, structs

from backend.city.city import City
from backend.city.rules import Anchor, MessageClass
from backend.core.clock import SHANGHAI
from backend.matching.models import Addressee, Decision, message_occasion
from backend.matching.rulebook import LICENCE_EXPIRY, AppliedRule
from backend.matching.wording import english, mandarin, rules
from backend.matching.wording.rules import Said
from backend.matching.wording.speech import Spoken
from notifications.models import Item, Kind, Message, Tab, Tone, Urgency, Wording

DIGEST = f"{LICENCE_EXPIRY}:digest"
_MILESTONE, _POLICY, _PAYMENT = "milestone", "policy", "payment"
_LAST_WORD_LASTS = timedelta(days=30)
_KINDS = {
    MessageClass.NOTICE: Kind.STATUTORY,
    MessageClass.REMINDER: Kind.REMINDER,
    MessageClass.RECOMMENDATION: Kind.RECOMMENDATION,
    MessageClass.ENTITLEMENT: Kind.REMINDER,
}
_TABS = {
    MessageClass.NOTICE: Tab.NOTICE,
    MessageClass.REMINDER: Tab.REMINDER,
    MessageClass.RECOMMENDATION: Tab.NOTICE,
    MessageClass.ENTITLEMENT: Tab.TODO,
}


class Due(Struct, frozen=True):
    """Something to tell somebody."""

    subject_id: UUID
    rule: AppliedRule
    decision: Decision
    addressee: Addressee

    @property
    def about(self) -> str:
        """The same for all that is told of one thing, so that the badge counts it once."""
        if self.rule.rule is None:
            return self.decision.cause.id
        return message_occasion(f"{self.rule.code}:{self.decision.cause.id}", self.subject_id, self._reader)

    @property
    def occasion(self) -> str:
        """Of a message that speaks of this alone."""
        return message_occasion(self.decision.occasion, self.subject_id, self._reader)

    @property
    def on_behalf_of(self) -> UUID | None:
        return self.subject_id if self.addressee.on_behalf else None

    @property
    def _reader(self) -> UUID:
        return self.addressee.recipient_id


def message(message_id: UUID, several: Sequence[Due], today: date, city: City) -> Message:
    """One message of what is due to one reader; all of it must be for the same one, about the same subject."""
    ordered = sorted(several, key=lambda due: (_spoken_on(due, city), due.rule.code))
    return (
        _digest(message_id, ordered, today, city) if len(ordered) > 1 else _single(message_id, ordered[0], today, city)
    )


def digest_occasion(message_id: UUID) -> str:
    """A digest is unique by its own id: that each of its matches is told once is seen to before."""
    return f"digest:{message_id}"


def _single(message_id: UUID, due: Due, today: date, city: City) -> Message:
    zh, en = _wordings(due, today, city)
    decision, message_class = due.decision, due.rule.message_class
    ends_on = _ends_on(due, city)
    return Message(
        recipient_id=due.addressee.recipient_id,
        message_id=message_id,
        rule=decision.rule,
        occasion=due.occasion,
        on_behalf_of=due.on_behalf_of,
        topic=_topic(due),
        kind=_KINDS[message_class],
        tab=_tab(due, ends_on),
        zh=zh,
        en=en,
        link=link_of(due, city),
        due_on=ends_on,
        icon="hand-coins" if message_class is MessageClass.ENTITLEMENT else "calendar-clock",
        tone=_tone(ends_on, today) if due.rule.swept or ends_on is None or ends_on < today else Tone.INFO,
        urgency=_urgency(due, ends_on),
        useful_until=_midnight(useful_until(due, city)),
        thread=due.about,
        about=(due.about,),
    )


def _digest(message_id: UUID, ordered: Sequence[Due], today: date, city: City) -> Message:
    first = ordered[0]
    items = [_items(due, today, city) for due in ordered]
    only_licences = all(due.rule.rule is None for due in ordered)
    ends_on = min(filter(None, (_ends_on(due, city) for due in ordered)), default=None)
    return Message(
        recipient_id=first.addressee.recipient_id,
        message_id=message_id,
        rule=DIGEST,
        occasion=digest_occasion(message_id),
        on_behalf_of=first.on_behalf_of,
        topic=LICENCE_EXPIRY if only_licences else _MILESTONE,
        kind=Kind.REMINDER,
        tab=Tab.REMINDER,
        zh=mandarin.digest([zh for zh, _ in items], only_licences=only_licences, others=first.addressee.on_behalf),
        en=english.digest([en for _, en in items], only_licences=only_licences, others=first.addressee.on_behalf),
        link=f"/messages/{message_id}",
        due_on=ends_on,
        icon="calendar-clock",
        tone=_tone(ends_on, today),
        urgency=_urgency(first, _ends_on(first, city)),
        useful_until=_midnight(max(useful_until(due, city) for due in ordered)),
        thread=message_occasion(LICENCE_EXPIRY, first.subject_id, first.addressee.recipient_id),
        about=tuple(due.about for due in ordered),
    )


def link_of(due: Due, city: City) -> str:
    """Where the button leads: the guide of what is to be done, else the thing; a licence only its owner opens."""
    path = _path(due, city)
    return "/services" if due.addressee.on_behalf and path.startswith("/wallet/") else path


def _path(due: Due, city: City) -> str:
    rule, cause = due.rule.rule, due.decision.cause
    if rule is None:
        item = due.rule.licence_type.renewing_item if due.rule.licence_type else None
        return f"/services/{item}" if item else f"/wallet/{cause.id}"
    if due.rule.message_class is MessageClass.ENTITLEMENT:
        return f"/entitlements/{rule.code}/{cause.id}"
    if cause.anchor is Anchor.BILL:
        return f"/bills/{cause.id}"
    if rule.target_item is not None and rule.target_item in city.items:
        return f"/services/{rule.target_item}"
    return "/services"


def _wordings(due: Due, today: date, city: City) -> tuple[Wording, Wording]:
    if due.rule.rule is None:
        spoken = _spoken(due, today, city)
        return mandarin.single(spoken), english.single(spoken)
    said = _said(due, city)
    return rules.single(said, city, zh=True), rules.single(said, city, zh=False)


def _items(due: Due, today: date, city: City) -> tuple[Item, Item]:
    """Its place in a digest, in both languages."""
    if due.rule.rule is None:
        spoken = _spoken(due, today, city)
        zh, en = mandarin.item(spoken), english.item(spoken)
    else:
        said = _said(due, city)
        zh, en = rules.item(said, zh=True), rules.item(said, zh=False)
    return structs.replace(zh, rule=due.rule.code), structs.replace(en, rule=due.rule.code)


def _spoken(due: Due, today: date, city: City) -> Spoken:
    """A licence at a rung of its ladder."""
    decision = due.decision
    kind = city.licence_type(due.rule.key)
    return Spoken(
        key=decision.occasion,
        kind=kind,
        expires_on=decision.cause.on,
        as_of=today,
        again_on=tuple(_later_rungs(due)[:2]),
        link=link_of(due, city),
        source=rules.source_name(decision.cause.source, city),
        others=due.addressee.on_behalf,
    )


def _said(due: Due, city: City) -> Said:
    rule = due.rule.rule
    if rule is None or rule.wording is None:
        raise LookupError(f"rule {due.rule.code} has no wording")
    by = rules.act_by(rule, due.decision, city)
    return Said(rule=rule, wording=rule.wording, decision=due.decision, act_by=by, link=link_of(due, city))


def _topic(due: Due) -> str:
    if due.rule.rule is None:
        return LICENCE_EXPIRY
    if due.rule.message_class in {MessageClass.RECOMMENDATION, MessageClass.ENTITLEMENT}:
        return _POLICY
    return _PAYMENT if due.decision.cause.anchor is Anchor.BILL else _MILESTONE


def _ends_on(due: Due, city: City) -> date | None:
    """The end of a licence, or the last day to act; None where it may be done on any day."""
    if due.rule.rule is None:
        return due.decision.cause.on
    return rules.act_by(due.rule.rule, due.decision, city)


def _spoken_on(due: Due, city: City) -> date:
    """By which it has its place among others: the day it ends, else the day it came due."""
    return _ends_on(due, city) or due.decision.due_on


def _tab(due: Due, ends_on: date | None) -> Tab:
    """What the law asks for is to be done where it ends on no day by which one could tell."""
    asked = due.rule.message_class is MessageClass.NOTICE and ends_on is None
    return Tab.TODO if asked or due.decision.cause.anchor is Anchor.BILL else _TABS[due.rule.message_class]


def _tone(ends_on: date | None, today: date) -> Tone:
    return Tone.INFO if ends_on is None else Tone.BAD if ends_on < today else Tone.WARN


def _urgency(due: Due, ends_on: date | None) -> Urgency:
    rung = due.decision.rung
    if ends_on is None or (rung is None and due.rule.rule is not None and ends_on == due.decision.due_on):
        return Urgency.NORMAL
    left = (ends_on - due.decision.due_on).days if rung is None else rung
    if left in {0, 1}:
        return Urgency.HIGH
    return Urgency.NORMAL if left <= 30 else Urgency.LOW


def _later_rungs(due: Due) -> list[date]:
    """The days on which a licence will be spoken of again, if nothing is done about it."""
    rung, on = due.decision.rung, due.decision.cause.on
    if rung is None:
        return []
    return [on - timedelta(days=step.rung) for step in due.rule.steps if step.rung is not None and step.rung < rung]


def useful_until(due: Due, city: City) -> date:
    """Until the next rung speaks in its place; the last word is worth reading for a month, a rule's as it says."""
    later = _later_rungs(due)
    if later:
        return later[0]
    if due.rule.rule is None:
        return due.decision.due_on + _LAST_WORD_LASTS
    return due.decision.due_on + timedelta(days=due.rule.rule.timing.lasts)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), SHANGHAI)
