"""Reminders in English."""

from collections.abc import Sequence
from datetime import date

from backend.reminders.speech import Spoken, sources
from notifications.models import Item, Why, Wording


def single(spoken: Spoken) -> Wording:
    name = _name(spoken)
    return Wording(
        title=f"{name} has expired" if spoken.over else f"{name} expires soon",
        body=f"Your {name} {_when(spoken)}." + (" Please renew it soon." if spoken.over else _window(spoken)),
        action=_action(spoken),
        stop_label=f"Reminders for {name}",
        why=Why(
            based_on=f"{name}, valid until {spoken.expires_on}",
            rule=_rule(spoken),
            source=sources(spoken.kind.legal_basis),
            next=_next(spoken),
            plain=f"Your {name} {'has reached its last day' if spoken.over else 'is about to expire'}, so we tell you.",
        ),
    )


def digest(several: Sequence[Spoken]) -> Wording:
    return Wording(
        title="Several of your licences need attention",
        body="Below you see when each of them expires. Please renew them one by one.",
        action="See each of them",
        stop_label="Digests (you will get one message for each)",
        items=tuple(
            Item(
                key=spoken.key,
                title=_name(spoken),
                reason=f"Your {_name(spoken)} {_when(spoken)}.{_window(spoken)}",
                link=spoken.link,
                action=_action(spoken),
                due_on=spoken.expires_on,
            )
            for spoken in several
        ),
        why=Why(
            based_on="The expiry dates of the licences listed",
            rule="Several of your licences reached a reminder day together, so they are told in one message",
            plain="Some of your licences are about to expire, so we tell you about them together.",
        ),
    )


def day(on: date, as_of: date) -> str:
    return f"{on.day} {on:%B}" + (f" {on.year}" if on.year != as_of.year else "")


def _name(spoken: Spoken) -> str:
    return spoken.kind.name.en or spoken.kind.name.zh


def _when(spoken: Spoken) -> str:
    return f"{'expired' if spoken.over else 'expires'} on {day(spoken.expires_on, spoken.as_of)}"


def _window(spoken: Spoken) -> str:
    window = spoken.kind.renewal_window
    return "" if window is None or window.text.en is None or spoken.over else f" When to renew: {window.text.en}."


def _action(spoken: Spoken) -> str:
    return "See how to renew" if spoken.kind.renewing_item else "See the licence"


def _rule(spoken: Spoken) -> str:
    before = ", ".join(map(str, spoken.rungs_before))
    return f"A reminder {before} days before expiry" + (" and once after it" if spoken.rungs_after else "")


def _next(spoken: Spoken) -> str:
    again = " and ".join(day(on, spoken.as_of) for on in spoken.again_on)
    return f"If nothing is done, again on {again}; it stops once you have renewed" if again else "This is the last one"
