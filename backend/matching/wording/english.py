"""The expiry ladder and digests in English."""

from collections.abc import Sequence
from datetime import date

from backend.matching.wording.speech import Spoken, cited
from notifications.models import Item, Why, Wording


def single(spoken: Spoken) -> Wording:
    name = _name(spoken)
    return Wording(
        title=f"{name} has expired" if spoken.over else f"{name} expires soon",
        body=f"{_whose(spoken)} {name} {_when(spoken)}."
        + (" Please renew it soon." if spoken.over else _window(spoken)),
        action=_action(spoken),
        stop_label=f"Reminders for {name}",
        why=Why(
            based_on=f"{name}, valid until {spoken.expires_on} (source: {spoken.source.en or spoken.source.zh})",
            rule=_rule(spoken),
            source=cited(spoken.kind.legal_basis),
            next=_next(spoken),
            plain=f"{_whose(spoken)} {name} {'has reached its last day' if spoken.over else 'is about to expire'}, "
            "so we tell you.",
        ),
    )


def item(spoken: Spoken) -> Item:
    return Item(
        key=spoken.key,
        title=_name(spoken),
        reason=f"{_whose(spoken)} {_name(spoken)} {_when(spoken)}.{_window(spoken)}",
        link=spoken.link,
        action=_action(spoken),
        due_on=spoken.expires_on,
        stop_label=f"Reminders for {_name(spoken)}",
    )


def digest(items: Sequence[Item], *, only_licences: bool, others: bool = False) -> Wording:
    your, of_yours = ("the", "") if others else ("your", " of yours")
    several = f"Several of {your} licences reached" if only_licences else f"Several things{of_yours} reached"
    return Wording(
        title=f"Several of {your} licences need attention" if only_licences else "Several things can be done now",
        body="Below you see when each of them expires. Please renew them one by one."
        if only_licences
        else "Below you see each of them, with its last day where there is one.",
        action="See each of them",
        stop_label="everything listed below",
        items=tuple(items),
        why=Why(
            based_on="The expiry dates of the licences listed"
            if only_licences
            else "The dates on which each of them rests",
            rule=f"{several} a reminder day together, so they are told in one message",
            plain=f"Some of {your} licences are about to expire, so we tell you about them together."
            if only_licences
            else "The day has come for several things, so we tell you about them together.",
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
    if spoken.kind.renewing_item:
        return "See how to renew"
    return "Find the service" if spoken.others else "See the licence"


def _whose(spoken: Spoken) -> str:
    return "The" if spoken.others else "Your"


def _rule(spoken: Spoken) -> str:
    before = ", ".join(map(str, spoken.rungs_before))
    return f"A reminder {before} days before expiry" + (" and once after it" if spoken.rungs_after else "")


def _next(spoken: Spoken) -> str:
    again = " and ".join(day(on, spoken.as_of) for on in spoken.again_on)
    return f"If nothing is done, again on {again}; it stops once you have renewed" if again else "This is the last one"
