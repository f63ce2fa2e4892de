"""What a person should have been told by a day: written from what the rules promise, not from how they are applied."""

from datetime import date
from typing import NamedTuple

from backend.city.calendar import add_months
from tests.matching.determinism.histories import BIRTHDAY, DAY, FIRST_DAY, ISSUED_BEFORE, RUNGS, History

PERMIT, BILL_SOON, ISSUED, SIXTY = "permit-after-half-a-year", "bill-in-three-days", "permit-issued", "sixty"


class Told(NamedTuple):
    """What one message, or one line of a digest, is about."""

    report: str
    on: date
    rung: int | None = None


def expected(history: History, today: date) -> set[Told]:
    """Everything that holds today and has come due."""
    if history.is_dead:
        return set()
    return {
        *_half_a_year_after_registration(history, today),
        *_three_days_before_a_bill(history, today),
        *_a_while_after_issue(history, today),
        *_sixtieth_birthday(history, today),
        *_ladder(history, "DL", "driving-licence", today),
        *_ladder(history, "RP", "residence-permit", today),
    }


def _half_a_year_after_registration(history: History, today: date) -> list[Told]:
    registered, ended = _day(history, "RES", "registered_on"), _day(history, "END", "ended_on")
    if registered is None or (due := add_months(registered, 6)) > today:
        return []
    gone = ended is not None and ended >= registered
    return [] if gone or _left_since(history, registered) or _holds(history, "RP", due) else [Told("RES", registered)]


def _three_days_before_a_bill(history: History, today: date) -> list[Told]:
    due = _day(history, "BILL", "due_on")
    return [] if due is None or history.paid or due - 3 * DAY > today else [Told("BILL", due)]


def _a_while_after_issue(history: History, today: date) -> list[Told]:
    issued = _day(history, "RP", "issued_on")
    if issued is None or (due := issued + ISSUED_BEFORE * DAY) > today:
        return []
    return [] if _left_since(history, issued) or _holds(history, "DL", due) else [Told("RP", issued)]


def _sixtieth_birthday(history: History, today: date) -> list[Told]:
    """Of those who have registered here."""
    return [Told("birthday", BIRTHDAY)] if history.find("RES") is not None and today >= BIRTHDAY else []


def _ladder(history: History, report: str, kind: str, today: date) -> list[Told]:
    """The last rung that was reached, unless it was reached long before anybody looked."""
    expires = _day(history, report, "expires_on")
    reached = [] if expires is None else [rung for rung in RUNGS[kind] if expires - rung * DAY <= today]
    if expires is None or not reached or expires - reached[-1] * DAY <= FIRST_DAY - 7 * DAY:
        return []
    return [Told(report, expires, reached[-1])]


def _day(history: History, report: str, fact: str) -> date | None:
    known = history.find(report)
    return None if known is None else date.fromisoformat(known[fact])


def _holds(history: History, report: str, on: date) -> bool:
    expires = _day(history, report, "expires_on")
    return expires is not None and expires >= on


def _left_since(history: History, day: date) -> bool:
    moved_out = _day(history, "OUT", "moved_on")
    return moved_out is not None and moved_out >= day
