"""What a look at many people found, counted by rule."""

from datetime import date

from msgspec import Struct, field

from backend.matching.models import Decision


class RuleCounts(Struct):
    """`matched`: due and not held back; `reminded` of them for the first time; the rest by reason."""

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

    def count_new(self, decision: Decision) -> None:
        counts = self.of(decision.rule)
        counts.matched += 1
        counts.reminded += 1
        if decision.rung is not None:
            counts.by_rung[decision.rung] = counts.by_rung.get(decision.rung, 0) + 1

    def count_repeated(self, decision: Decision) -> None:
        counts = self.of(decision.rule)
        counts.matched += 1
        counts.already_reminded += 1

    def count_held_back(self, decision: Decision) -> None:
        held_back = self.of(decision.rule).held_back
        reason = decision.against or ""
        held_back[reason] = held_back.get(reason, 0) + 1
