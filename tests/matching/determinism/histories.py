"""What departments say of one person over some days: reports that are corrected, withdrawn and said again."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from msgspec import Struct

from backend.city.calendar import add_months
from backend.core.identity_numbers import citizen_id_check

DAY = timedelta(days=1)
FIRST_DAY, LAST_DAY = date(2026, 11, 17), date(2026, 11, 20)
RUNGS = {"driving-licence": (90, 60, 30, 15, 7, 1, -1), "residence-permit": (15, 7, 1, -1)}
BIRTHDAY = FIRST_DAY + DAY
AGE, ISSUED_BEFORE = 60, 300
DEATH = frozenset({"DIED", "ALIVE"})
"""Reports that somebody died, and that who was reported dead lives."""

_BEGAN = datetime(2026, 11, 16, tzinfo=UTC)

Feed = Literal["events", "licences", "bills"]


class Version(Struct, frozen=True):
    """One word of a department on one thing: what it says, or that it never was (None)."""

    facts: dict[str, str] | None


class Report(Struct, frozen=True):
    """Everything a department says of one thing, oldest first; the last word counts."""

    feed: Feed
    kind: str
    report_id: str
    versions: tuple[Version, ...]

    @property
    def last(self) -> dict[str, str] | None:
        return self.versions[-1].facts


class History(Struct, frozen=True):
    reports: tuple[Report, ...]
    paid: bool

    @property
    def is_dead(self) -> bool:
        """Reported, and not said to be wrong later; both may have been withdrawn."""
        said = [(len(report.versions), place, report) for place, report in enumerate(self.reports) if report.last]
        words = [each for each in said if each[2].report_id in DEATH]
        return bool(words) and max(words)[2].report_id == "DIED"

    def find(self, report_id: str) -> dict[str, str] | None:
        """What holds of one thing in the end."""
        return next((report.last for report in self.reports if report.report_id == report_id), None)


def lines(history: History, person: int) -> list[tuple[Feed, dict[str, Any]]]:
    """As they go over the wire; no two words were said at the same moment."""
    return [
        (report.feed, _line(report, version, _BEGAN + timedelta(minutes=100 * nth + place), person))
        for place, report in enumerate(history.reports)
        for nth, version in enumerate(report.versions)
    ]


def citizen(person: int) -> dict[str, str]:
    """Turns sixty during the days that are played."""
    digits = f"310101{BIRTHDAY.year - AGE}{BIRTHDAY:%m%d}{person:03}"
    return {"kind": "person", "number": digits + citizen_id_check(digits), "name": "测试"}


def _line(report: Report, version: Version, said_at: datetime, person: int) -> dict[str, Any]:
    known = version.facts or next(each.facts for each in report.versions if each.facts)
    line: dict[str, Any] = {"id": f"{report.report_id}-{person}", "updated_at": said_at.isoformat()}
    match report.feed:
        case "events":
            line |= {"type": report.kind, "subject": citizen(person), "occurred_at": "2026-11-15T00:00:00Z"}
            line |= {"facts": known} | ({} if version.facts else {"withdrawn": True})
        case "bills":
            line |= {"fee": report.kind, "payer": citizen(person), "amount_fen": 12_000, "payee": "市公安局"}
            line |= known | ({} if version.facts else {"withdrawn": True})
        case "licences":
            line |= {"type": report.kind, "holder": citizen(person), "number": f"{report.report_id}{person:06}"}
            line |= known | ({} if version.facts else {"status": "suspended"})
    return line


def _versions(facts: SearchStrategy[dict[str, str]]) -> SearchStrategy[tuple[Version, ...]]:
    """Something was said at least once."""
    said = st.lists(st.one_of(facts, st.none()), max_size=3)
    return st.tuples(facts, said).map(lambda drawn: tuple(Version(each) for each in (drawn[0], *drawn[1])))


def _near(first: int, last: int) -> SearchStrategy[date]:
    return st.integers(first, last).map(lambda days: FIRST_DAY + days * DAY)


def _event(name: str, on: SearchStrategy[date]) -> SearchStrategy[dict[str, str]]:
    return on.map(lambda day: {name: day.isoformat()})


def _licence(kind: str) -> SearchStrategy[dict[str, str]]:
    """Its expiry lies near a rung, or far from all."""
    near = st.tuples(st.sampled_from(RUNGS[kind]), st.integers(-3, 5)).map(sum)
    days = st.one_of(near, st.just(1000)).map(lambda days: FIRST_DAY + days * DAY).filter(lambda on: _in_time(kind, on))
    return st.tuples(_near(-3, 4), days).map(
        lambda drawn: {
            "issued_on": (drawn[0] - ISSUED_BEFORE * DAY).isoformat(),
            "expires_on": drawn[1].isoformat(),
            "status": "valid",
        }
    )


def _in_time(kind: str, expires: date) -> bool:
    """No rung that may be the latest one is so old that the day it is learnt of decides."""
    for number in range((LAST_DAY - FIRST_DAY).days + 1):
        reached = [expires - rung * DAY for rung in RUNGS[kind] if expires - rung * DAY <= FIRST_DAY + number * DAY]
        if reached and not (reached[-1] > LAST_DAY - 7 * DAY or reached[-1] <= FIRST_DAY - 7 * DAY):
            return False
    return True


def _half_a_year_before(day: date) -> date:
    return add_months(day, -6)


@st.composite
def histories(draw: DrawFn) -> History:
    """Of every kind of fact none or one report, in some versions each."""
    kinds: Sequence[tuple[Feed, str, str, SearchStrategy[dict[str, str]]]] = (
        ("events", "residence.registered", "RES", _event("registered_on", _near(-3, 4).map(_half_a_year_before))),
        ("events", "residence.ended", "END", _event("ended_on", _near(-220, -100))),
        ("events", "person.died", "DIED", _event("died_on", _near(-9, -3))),
        ("events", "person.death_withdrawn", "ALIVE", _event("withdrawn_on", _near(-9, -2))),
        ("events", "person.moved_out", "OUT", _event("moved_on", _near(-220, -100))),
        ("licences", "driving-licence", "DL", _licence("driving-licence")),
        ("licences", "residence-permit", "RP", _licence("residence-permit")),
        ("bills", "passport", "BILL", _event("due_on", _near(0, 8))),
    )
    reports = [
        Report(feed, kind, name, draw(_versions(facts))) for feed, kind, name, facts in kinds if draw(st.booleans())
    ]
    assume(all(_says_nothing_twice(report) for report in reports if report.report_id in DEATH))
    return History(tuple(reports), draw(st.booleans()))


def _says_nothing_twice(report: Report) -> bool:
    """Between two reports the one stated last decides, and what is said again as it was is no news to a feed."""
    return len({str(version.facts) for version in report.versions}) == len(report.versions)
