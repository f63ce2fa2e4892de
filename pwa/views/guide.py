"""办事指南: may I now, when, how long, how much, where; then materials, steps, consequence and sources."""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from pwa.views.parts import Action, Fee, Text


class Tone(StrEnum):
    INFO = "info"
    OK = "ok"
    WARN = "warn"


class Notice(Struct, frozen=True, kw_only=True):
    """A bold sentence and what supports it."""

    tone: Tone
    lead: Text
    detail: Text | None = None


class Fact(Struct, frozen=True, kw_only=True):
    """One answer of the four. `value` None is shown as 暂无信息."""

    value: Text | None = None
    note: Text | None = None


class Answers(Struct, frozen=True, kw_only=True):
    """When to apply, how long it takes, what it costs, where it is done."""

    when: Fact = Fact()
    duration: Fact = Fact()
    cost: Fact = Fact()
    place: Fact = Fact()


class MaterialState(StrEnum):
    OBTAINED = "obtained"
    NEEDED = "needed"
    PROMISED = "promised"
    NOT_NEEDED = "not_needed"
    FETCHING = "fetching"
    FAILED = "failed"


class Material(Struct, frozen=True, kw_only=True):
    """`source` says where it came from, why it is not needed, or how to bring it. `optional` None means unknown."""

    name: Text
    state: MaterialState = MaterialState.NEEDED
    source: Text | None = None
    requirement: Text | None = None
    optional: bool | None = None


class Step(Struct, frozen=True, kw_only=True):
    title: Text
    detail: Text | None = None


class Law(Struct, frozen=True, kw_only=True):
    """`version` is the date of the text as the law names it; `quote` the sentence that matters."""

    law: Text
    article: Text | None = None
    version: str | None = None
    quote: Text | None = None


class Guide(Struct, frozen=True, kw_only=True):
    """`materials` None means unknown, () means none. `online` only where it really is; `counter` books a place.
    `superseded_by` leads from an old version to the present one.
    """

    code: str
    title: Text
    department: Text | None
    tags: tuple[Text, ...] = ()
    online: Action | None = None
    counter: Action | None = None
    remind_path: str | None = None
    eligibility: Notice | None = None
    answers: Answers = Answers()
    conditions: tuple[Text, ...] = ()
    materials: tuple[Material, ...] | None = None
    steps: tuple[Step, ...] = ()
    fees: tuple[Fee, ...] = ()
    consequence: Notice | None = None
    laws: tuple[Law, ...] = ()
    source: Text | None = None
    checked_on: date | None = None
    version: int | None = None
    superseded_by: str | None = None
