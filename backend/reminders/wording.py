"""What a reminder says, in both languages: what ends, when, what to do, and why this person is told.

Nothing in it grows old: days left are counted by the screen that shows it.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from backend.city.city import City
from backend.core.clock import SHANGHAI
from backend.reminders import english, mandarin
from backend.reminders.ladders import next_rungs
from backend.reminders.models import Match
from backend.reminders.speech import Spoken
from notifications.models import Kind, Message, Tab, Tone, Urgency

TOPIC = "licence-expiry"
DIGEST = f"{TOPIC}:digest"
_LAST_WORD_LASTS = timedelta(days=30)


def reminder(message_id: UUID, matches: Sequence[Match], as_of: date, city: City) -> Message:
    """One message for all that is due to one person: a single licence by name, several as a digest, soonest first."""
    ordered = sorted(matches, key=lambda match: (match.licence.expires_on, match.licence.licence_type))
    spoken = [_spoken(match, as_of, city) for match in ordered]
    first = ordered[0]
    several = len(ordered) > 1
    return Message(
        recipient_id=first.licence.subject_id,
        message_id=message_id,
        rule=DIGEST if several else first.rule,
        occasion=digest_occasion(message_id) if several else first.occasion,
        topic=TOPIC,
        kind=Kind.REMINDER,
        tab=Tab.REMINDER,
        zh=mandarin.digest(spoken) if several else mandarin.single(spoken[0]),
        en=english.digest(spoken) if several else english.single(spoken[0]),
        link=f"/messages/{message_id}" if several else spoken[0].link,
        due_on=first.licence.expires_on,
        icon="calendar-clock",
        tone=Tone.WARN if first.licence.expires_on >= as_of else Tone.BAD,
        urgency=_urgency(first.rung),
        useful_until=_useful_until(ordered, city),
        thread=TOPIC if several else str(first.licence.licence_id),
        about=tuple(str(match.licence.licence_id) for match in ordered),
    )


def digest_occasion(message_id: UUID) -> str:
    """A digest is unique by its own id: that each of its matches is told once is seen to before."""
    return f"digest:{message_id}"


def _spoken(match: Match, as_of: date, city: City) -> Spoken:
    kind = city.licence_type(match.licence.licence_type)
    return Spoken(
        key=match.occasion,
        kind=kind,
        expires_on=match.licence.expires_on,
        as_of=as_of,
        again_on=tuple(next_rungs(kind.reminder_rungs, match.rung, match.licence.expires_on)[:2]),
        link=f"/services/{kind.renewing_item}" if kind.renewing_item else f"/wallet/{match.licence.licence_id}",
    )


def _urgency(rung: int) -> Urgency:
    if rung in {0, 1}:
        return Urgency.HIGH
    return Urgency.NORMAL if rung <= 30 else Urgency.LOW


def _useful_until(matches: Sequence[Match], city: City) -> datetime:
    """Until the next rung speaks in its place; the last word is worth reading for a month."""
    ends = []
    for match in matches:
        rungs = city.licence_type(match.licence.licence_type).reminder_rungs
        later = next_rungs(rungs, match.rung, match.licence.expires_on)
        last_word = match.licence.expires_on - timedelta(days=match.rung) + _LAST_WORD_LASTS
        ends.append(later[0] if later else last_word)
    return datetime.combine(max(ends), time(0), SHANGHAI)
