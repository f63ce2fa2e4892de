"""规则台: every rule, one rule with whom it would tell and what came of it, and a few cases to look at."""

from datetime import date, datetime

from msgspec import Struct

from pwa.views.charts import Columns, Figure, Rows
from pwa.views.parts import FieldError, Segment, Text


class Mark(Struct, frozen=True, kw_only=True):
    """A chip: its words, its tone (ok, warn, bad, accent, neutral, plain), its icon."""

    label: Text
    tone: str = "neutral"
    icon: str = ""


class RuleLine(Struct, frozen=True, kw_only=True):
    """A rule in the list. `line`: its state, class and version; `value`: what it came to lately."""

    path: str
    title: Text
    line: Text
    icon: str
    value: Text | None = None


class RulesList(Struct, frozen=True, kw_only=True):
    """`pending` wait for a second person."""

    figures: tuple[Figure, ...]
    filters: tuple[Segment, ...]
    rules: tuple[RuleLine, ...]
    pending: tuple[RuleLine, ...] = ()


class Phrase(Struct, frozen=True):
    """A piece of the sentence that a rule is; `key` pieces are what could be otherwise."""

    words: Text
    key: bool = False


class Said(Struct, frozen=True, kw_only=True):
    """The message as a resident reads it, in one language."""

    lang: str
    title: str
    body: str
    action: str
    why: str


class Progress(Struct, frozen=True, kw_only=True):
    """A rehearsal that is going on; `expected` None: it has not begun."""

    looked_at: int
    expected: int | None
    line: Text
    can_cancel: bool = False


class Step(Struct, frozen=True, kw_only=True):
    """Something that people did about a rule, or a version of it. `second` is who agreed."""

    what: Text
    at: datetime
    who: str | None = None
    second: str | None = None
    reason: str | None = None


class Deed(Struct, frozen=True, kw_only=True):
    """A form that the operator may send; `reason` None: none is asked for."""

    path: str
    label: Text
    hint: Text
    reason: str | None = None
    errors: tuple[FieldError, ...] = ()


class RulePage(Struct, frozen=True, kw_only=True):
    """`proposes`: what wants a second person; `decides`: somebody else's proposal waits for this operator,
    `withdraws`: one's own waits for somebody else. `rehearsed` is about the figures of the last rehearsal.
    """

    code: str
    title: Text
    path: str
    back: str
    marks: tuple[Mark, ...]
    sentence: tuple[Phrase, ...]
    notes: tuple[Text, ...] = ()
    basis: tuple[Text, ...] = ()
    said: tuple[Said, ...] = ()
    can_rehearse: bool = False
    progress: Progress | None = None
    rehearsed: Text | None = None
    spans: tuple[Segment, ...] = ()
    audience: tuple[Figure, ...] = ()
    coming: Columns | None = None
    against: Rows | None = None
    cases_path: str | None = None
    peers: tuple[Segment, ...] = ()
    compared: Columns | None = None
    compared_figures: tuple[Figure, ...] = ()
    outcome_rows: Rows | None = None
    outcome_days: Columns | None = None
    stops: Deed | None = None
    tries: Deed | None = None
    proposes: Deed | None = None
    decides: Text | None = None
    withdraws: bool = False
    history: tuple[Step, ...] = ()
    versions: tuple[Step, ...] = ()


class Case(Struct, frozen=True, kw_only=True):
    """Somebody of a rehearsal, with the name masked. `facts` are what the rule looked at."""

    name: str
    due_on: date
    facts: tuple[Text, ...]
    verdict: Mark


class CasesPage(Struct, frozen=True, kw_only=True):
    title: Text
    back: str
    about: Text
    cases: tuple[Case, ...]
