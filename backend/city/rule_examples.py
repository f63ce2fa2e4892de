"""Somebody made up for every rule that is in use: to whom it speaks, and to whom it does not."""

from collections.abc import Mapping
from datetime import date

from backend.city.models import Strict, Text


class ExampleLicence(Strict, frozen=True, kw_only=True):
    licence_type: str
    issued_on: date
    expires_on: date | None = None
    status: str = "valid"
    renewal_filed_on: date | None = None


class ExampleEvent(Strict, frozen=True, kw_only=True):
    event_type: str
    happened_on: date
    facts: Mapping[str, str] = {}


class ExampleBill(Strict, frozen=True, kw_only=True):
    fee: str
    due_on: date
    amount_fen: int
    state: str = "open"


class Example(Strict, frozen=True, kw_only=True):
    """Somebody made up, and what is known of them on a day.

    `because` is why the rule does not speak to them, as the rules name it: `done:holds:residence-permit`, `not:age`,
    `holder_dead` …; `not-due` on a day on which it is not due, `late` where it has been for too long.
    """

    as_of: date
    who: Text
    is_person: bool = True
    born_on: date | None = None
    died_on: date | None = None
    moved_out_on: date | None = None
    licences: tuple[ExampleLicence, ...] = ()
    events: tuple[ExampleEvent, ...] = ()
    bills: tuple[ExampleBill, ...] = ()
    because: str | None = None


class RuleExamples(Strict, frozen=True, kw_only=True):
    """Somebody to whom the rule of this code speaks, and some to whom it does not."""

    code: str
    speaks_to: Example
    not_to: tuple[Example, ...]
