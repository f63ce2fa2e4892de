"""What a sweep finds and what it reports."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from msgspec import Struct, field


class DueLicence(Struct, frozen=True):
    """A licence whose expiry has reached a day of its ladder. `held_back_by` None: its holder is to be told."""

    subject_id: UUID
    licence_id: UUID
    licence_type: str
    expires_on: date
    held_back_by: str | None


class Match(Struct, frozen=True):
    """One licence at one rung: told to its holder once, ever. `rung` counts days before expiry, negative after."""

    licence: DueLicence
    rung: int

    @property
    def rule(self) -> str:
        return f"licence-expiry:{self.licence.licence_type}"

    @property
    def key(self) -> tuple[UUID, str, str]:
        return self.licence.subject_id, self.rule, self.occasion

    @property
    def occasion(self) -> str:
        return f"{self.licence.licence_id}:{self.licence.expires_on}:{self.rung}"


class RuleCounts(Struct):
    """`matched` at a rung and not held back; `reminded` of them for the first time; the rest by reason."""

    matched: int = 0
    reminded: int = 0
    already_reminded: int = 0
    by_rung: dict[int, int] = field(default_factory=dict)
    held_back: dict[str, int] = field(default_factory=dict)


class SweepReport(Struct, kw_only=True):
    """`after` is the last day the previous sweep had completed. A dry run counts what would be sent."""

    as_of: date
    after: date
    dry_run: bool
    residents: int = 0
    messages: int = 0
    digests: int = 0
    rules: dict[str, RuleCounts] = field(default_factory=dict)

    def of(self, rule: str) -> RuleCounts:
        return self.rules.setdefault(rule, RuleCounts())


class Ladder(Struct, frozen=True):
    """Days on which licences of some types must expire to be due now.

    `rung_of` maps each such expiry day to the latest rung it has reached; days of `fresh` have reached it since the
    last completed sweep, the others before, so that only licences learnt of since are due.
    """

    licence_types: tuple[str, ...]
    rung_of: Mapping[date, int]
    fresh: frozenset[date]
