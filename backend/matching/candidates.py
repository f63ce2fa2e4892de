"""Whom the daily sweep has to look at: those for whom a date of some rule has come, found by index."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from backend.city.calendar import add_months
from backend.city.rules import Anchor
from backend.core.db import Tx
from backend.matching.dates import anchors_due
from backend.matching.queries.due import STREAMS, list_left
from backend.matching.rulebook import AppliedRule, Rulebook


class Span(Struct, frozen=True):
    """Anchor dates of some rules. Those in `fresh` came due since the last completed sweep, the others before, so that
    only what was learnt of since concerns us."""

    anchor: Anchor
    keys: tuple[str, ...]
    dates: tuple[date, ...]
    fresh: tuple[date, ...]


def spans(book: Rulebook, *, after: date, as_of: date) -> list[Span]:
    """One for each set of rules that are anchored alike and have the same dates."""
    alike: dict[tuple[Anchor, tuple[date, ...], tuple[date, ...]], set[str]] = defaultdict(set)
    for rule in book.rules.values():
        dates, fresh = _dates(book, rule, after, as_of)
        if dates:
            alike[rule.anchor, dates, fresh].add(rule.key)
    return [Span(anchor, tuple(sorted(keys)), dates, fresh) for (anchor, dates, fresh), keys in alike.items()]


def due(
    reading: Tx, book: Rulebook, after: date, as_of: date, known_since: datetime | None
) -> list[AsyncIterator[UUID]]:
    """Streams of subjects, each in order: for whom a date has come, and whom somebody has left to the sweep."""
    return [*streams(reading, book, after, as_of, known_since), list_left(reading)]


def streams(
    reading: Tx, book: Rulebook, after: date, as_of: date, known_since: datetime | None
) -> list[AsyncIterator[UUID]]:
    """Of those for whom a date has come."""
    return [
        STREAMS[span.anchor](reading, span.keys, span.dates, span.fresh, known_since)
        for span in spans(book, after=after, as_of=as_of)
    ]


def _dates(book: Rulebook, rule: AppliedRule, after: date, as_of: date) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """Anchor dates as they are stored: of all that came due lately, and of what came due since the last sweep."""
    lately = min(after, as_of - timedelta(days=rule.late))
    since, all_dates = set(anchors(book, rule, after, as_of)), set(anchors(book, rule, lately, as_of))
    return tuple(sorted(all_dates)), tuple(sorted(since))


def anchors(book: Rulebook, rule: AppliedRule, after: date, as_of: date) -> Iterator[date]:
    """Every date, as it is stored, from which a rule comes due in (after, as_of]."""
    for step in rule.steps:
        for day in anchors_due(after, as_of, step.offset, step.unit, book.city.calendar):
            yield from _stored(rule, day)


def _stored(rule: AppliedRule, day: date) -> Sequence[date]:
    """A birthday is stored as the day of birth; a day of the year counts when it is the rule's."""
    if rule.rule is None:
        return [day]
    timing = rule.rule.timing
    if timing.anchor is Anchor.BIRTHDAY:
        born = add_months(day, -12 * (timing.age or 0))
        return [each for each in (born, born + timedelta(days=1)) if add_months(each, 12 * (timing.age or 0)) == day]
    if timing.anchor is Anchor.CALENDAR:
        return [day] if f"{day:%m-%d}" == (timing.opens or timing.closes) else []
    return [day]
