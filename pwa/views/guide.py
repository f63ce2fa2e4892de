"""办事指南: may I now, when, how long, how much, where; then materials, steps, consequence and sources."""

from datetime import date
from enum import StrEnum
from typing import Any

from msgspec import Struct

from pwa.views.parts import Action, Fee, Text
from pwa.views.payments import Owed


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
    """One answer of the four. `value` None is shown as 尚未公布."""

    value: Text | None = None
    note: Text | None = None


class Answers(Struct, frozen=True, kw_only=True):
    """Who may apply, when, how long it takes, what it costs, where it is done, and how often one has to go there."""

    who: Fact = Fact()
    when: Fact = Fact()
    duration: Fact = Fact()
    cost: Fact = Fact()
    place: Fact = Fact()
    visits: Fact = Fact()


class Answered(Struct, frozen=True, kw_only=True):
    """A question of the self-check and its answer; `change_path` asks it again."""

    question: Text
    answer: Text
    change_path: str


class Option(Struct, frozen=True, kw_only=True):
    """`value` is the whole path of answers up to this one: the link that can be kept."""

    label: Text
    value: str


class Asking(Struct, frozen=True, kw_only=True):
    question: Text
    options: tuple[Option, ...]
    hint: Text | None = None


class SelfCheck(Struct, frozen=True, kw_only=True):
    """Questions that narrow the guide to one situation: what was answered, and what is asked next, if anything is.

    `outdated`: the link led through questions that have changed. `referral` leads to another guide, where one is known.
    `version` is kept while an old version is checked; `start_path` forgets all answers.
    """

    action: str
    start_path: str
    answered: tuple[Answered, ...] = ()
    asking: Asking | None = None
    outdated: bool = False
    referral: Notice | None = None
    referral_action: Action | None = None
    version: int | None = None


class MaterialState(StrEnum):
    OBTAINED = "obtained"
    NEEDED = "needed"
    PROMISED = "promised"
    NOT_NEEDED = "not_needed"
    FETCHING = "fetching"
    FAILED = "failed"


class Material(Struct, frozen=True, kw_only=True):
    """`source` says where it came from, why it is not needed, or how to bring it. `optional` None means unknown.

    `only_if` names the situations that need it, where it is not settled yet which one this is.
    """

    name: Text
    state: MaterialState = MaterialState.NEEDED
    source: Text | None = None
    requirement: Text | None = None
    optional: bool | None = None
    only_if: Text | None = None


class Condition(Struct, frozen=True, kw_only=True):
    text: Text
    only_if: Text | None = None


class Step(Struct, frozen=True, kw_only=True):
    """`limit` is how much of the office's time it takes."""

    title: Text
    detail: Text | None = None
    limit: Text | None = None
    only_if: Text | None = None


class Place(Struct, frozen=True, kw_only=True):
    """Where one goes. `bookable` None: not known."""

    name: Text
    address: Text | None = None
    hours: Text | None = None
    phone: str | None = None
    bookable: bool | None = None


class Faq(Struct, frozen=True, kw_only=True):
    question: Text
    answer: Text
    basis: Text | None = None


class Phone(Struct, frozen=True, kw_only=True):
    label: Text
    number: str


class Favourite(Struct, frozen=True, kw_only=True):
    """`path` takes a POST that keeps the item, or drops it where it is `kept`."""

    path: str
    kept: bool


class Law(Struct, frozen=True, kw_only=True):
    """`version` is the date of the text as the law names it; `quote` the sentence that matters."""

    law: Text
    article: Text | None = None
    version: str | None = None
    quote: Text | None = None


class Particular(Struct, frozen=True, kw_only=True):
    """A line of the register; `value` None is shown as 尚未公布."""

    label: Text
    value: Text | None = None


class Guide(Struct, frozen=True, kw_only=True):
    """`materials` None means unknown, () means none; `open_situation`: which of them are needed still depends.

    `online` only where it really is; `counter` books a place. `superseded_by` leads from an old version to the present
    one. `favourite` None: nobody is signed in. `structured` is the guide as schema.org tells it, `canonical` its
    address without any answers.
    """

    code: str
    title: Text
    department: Text | None
    tags: tuple[Text, ...] = ()
    summary: Text | None = None
    online: Action | None = None
    counter: Action | None = None
    remind_path: str | None = None
    favourite: Favourite | None = None
    eligibility: Notice | None = None
    owed: Owed | None = None  # a fee of this item that the resident has to pay
    answers: Answers = Answers()
    self_check: SelfCheck | None = None
    open_situation: bool = False
    conditions: tuple[Condition, ...] = ()
    materials: tuple[Material, ...] | None = None
    steps: tuple[Step, ...] = ()
    fees: tuple[Fee, ...] = ()
    result: Text | None = None
    consequence: Notice | None = None
    places: tuple[Place, ...] = ()
    phones: tuple[Phone, ...] = ()
    faq: tuple[Faq, ...] = ()
    laws: tuple[Law, ...] = ()
    particulars: tuple[Particular, ...] = ()
    source: Text | None = None
    checked_on: date | None = None
    version: int | None = None
    superseded_by: str | None = None
    canonical: str | None = None
    structured: dict[str, Any] | None = None
