"""Which expiry days are due on a given day: pure arithmetic over the rungs of the licence types."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from backend.city.licence_types import LicenceType
from backend.reminders.models import Ladder

LATE_ARRIVAL = timedelta(days=7)
"""A rung passed longer ago than this is not made up for when a licence becomes known late: old news helps nobody."""


def ladders(types: Iterable[LicenceType], *, after: date, as_of: date) -> list[Ladder]:
    """One ladder per distinct set of rungs: what was reached in (after, as_of], and late arrivals of the last days."""
    by_rungs: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for kind in types:
        by_rungs[kind.reminder_rungs].append(kind.code)
    return [_ladder(tuple(codes), rungs, after, as_of) for rungs, codes in by_rungs.items() if rungs]


def _ladder(codes: tuple[str, ...], rungs: Sequence[int], after: date, as_of: date) -> Ladder:
    first = min(after, as_of - LATE_ARRIVAL) + timedelta(days=1)
    rung_of: dict[date, int] = {}
    fresh = set()
    for rung in sorted(rungs, reverse=True):  # from the earliest to the latest, so that the latest rung stays
        for back in range((as_of - first).days + 1):
            reached_on = as_of - timedelta(days=back)
            expires_on = reached_on + timedelta(days=rung)
            rung_of[expires_on] = rung
            if reached_on > after:
                fresh.add(expires_on)
            else:
                fresh.discard(expires_on)
    return Ladder(codes, rung_of, frozenset(fresh))


def next_rungs(rungs: Sequence[int], rung: int, expires_on: date) -> list[date]:
    """The days on which a licence will be spoken of again, if nothing is done about it."""
    return [expires_on - timedelta(days=later) for later in sorted(rungs, reverse=True) if later < rung]
