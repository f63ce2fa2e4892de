"""From what the rules say to what has to be done about it, given what has been done before. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from backend.city.rules import Anchor, RuleState
from backend.matching.deciding import CONFIRMED, decide
from backend.matching.models import Decision, Known, Match, MatchState
from backend.matching.outcomes import why_over
from backend.matching.rulebook import AppliedRule, Rulebook

LOST = "lost"
STOPPED = "rule_stopped"
"""Why a match is settled whose message was taken back because its rule was stopped."""

_STANDING = frozenset({MatchState.TOLD, MatchState.UNHEARD, MatchState.SHADOW})


class Settling(Struct, frozen=True):
    match: Match
    reason: str


class Plan(Struct, frozen=True, kw_only=True):
    """About one subject. `new` holds and was never spoken of; `again` was settled and holds once more, is still
    unheard, or was kept back by a rule that speaks now; `standing` was told and holds; `late` holds but came to be
    known too late; `against` has come due in the days looked at and does not hold. `lost` are entitlements that were
    confirmed and whose cause has turned out not to be. `left` holds and was never spoken of, and is for the daily sweep
    to tell.
    """

    known: Known
    new: tuple[Decision, ...]
    again: tuple[tuple[Match, Decision], ...]
    late: tuple[Decision, ...]
    settle: tuple[Settling, ...]
    against: tuple[Decision, ...]
    repeated: tuple[Decision, ...]
    lost: tuple[Match, ...] = ()
    left: tuple[Decision, ...] = ()
    standing: tuple[Decision, ...] = ()


class Days(Struct, frozen=True):
    """What is looked at: rules that came due in (after, today]. `sweeping`: it is the daily sweep that looks.

    What came due before is told only where it became known after `known_since` (None: all of it did).
    """

    today: date
    after: date
    sweeping: bool
    known_since: datetime | None = None

    def reaches(self, rule: AppliedRule, decision: Decision) -> bool:
        """Neither looked at before nor too long ago to be told now."""
        if decision.due_on > self.after:
            return True
        is_news = self.known_since is None or decision.cause.learnt_at >= self.known_since
        return is_news and decision.due_on > self.today - timedelta(days=rule.late)

    def is_too_late(self, rule: AppliedRule, due_on: date) -> bool:
        return due_on <= min(self.after, self.today - timedelta(days=rule.late))

    def tells(self, rule: AppliedRule) -> bool:
        return self.sweeping or not rule.swept


def plan(book: Rulebook, known: Known, matches: Sequence[Match], days: Days) -> Plan:
    """Compares what should have been told by now with what was; the same facts always lead to the same."""
    spoken = {match.rule for match in matches}

    def is_past(rule: AppliedRule, due_on: date) -> bool:
        """Neither told nor to be told: what the sweep has passed by without a match leaves no record either."""
        return rule.swept and rule.code not in spoken and days.is_too_late(rule, due_on)

    decisions = decide(book, known, days.today, is_past)
    causes = {decision.key for decision in decisions}
    holding = {decision.key: decision for decision in decisions if decision.against is None}
    objections = {decision.key: decision.against for decision in decisions if decision.against is not None}
    seen = {(match.rule, match.occasion): match for match in matches}
    met = [(decision, seen.get((decision.rule, decision.occasion))) for decision in holding.values()]
    unseen = [decision for decision, match in met if match is None]
    told_now = [d for d in unseen if days.tells(book.rules[d.rule])]
    return Plan(
        known=known,
        new=tuple(d for d in told_now if days.reaches(book.rules[d.rule], d)),
        late=tuple(d for d in told_now if days.is_too_late(book.rules[d.rule], d.due_on)),
        again=tuple(_again(book, met, days)),
        settle=tuple(
            Settling(match, why_over(book.rules[match.rule].anchor, match, known, objections.get(match.cause_key)))
            for match in matches
            if match.state in _STANDING and match.rule in book.rules and match.cause_key not in holding
        ),
        against=tuple(d for d in decisions if d.against is not None and days.reaches(book.rules[d.rule], d)),
        repeated=tuple(d for d, match in met if match is not None and d.due_on > days.after),
        standing=tuple(d for d, match in met if match is not None and match.state == MatchState.TOLD),
        left=tuple(d for d in unseen if not days.tells(book.rules[d.rule]) and days.reaches(book.rules[d.rule], d)),
        lost=tuple(
            match
            for match in matches
            if match.reason == CONFIRMED and match.cause_key not in causes and _stays(book, match.rule)
        ),
    )


def state_of(rule: AppliedRule, *, heard: bool) -> MatchState:
    if rule.state is RuleState.SHADOW:
        return MatchState.SHADOW
    return MatchState.TOLD if heard else MatchState.UNHEARD


def _stays(book: Rulebook, rule: str) -> bool:
    """A rule that is still applied, whose causes do not go by with the years."""
    return rule in book.rules and book.rules[rule].anchor is not Anchor.CALENDAR


def was_kept_back(match: Match) -> bool:
    """Found while its rule was on trial, or taken back when it was stopped."""
    return match.state == MatchState.SHADOW or (match.state == MatchState.SETTLED and match.reason == STOPPED)


def _again(
    book: Rulebook, met: Sequence[tuple[Decision, Match | None]], days: Days
) -> Iterator[tuple[Match, Decision]]:
    for decision, match in met:
        rule = book.rules[decision.rule]
        if match is None or rule.state is RuleState.SHADOW:
            continue
        if was_kept_back(match):
            if days.reaches(rule, decision):
                yield match, decision
        elif match.state in {MatchState.SETTLED, MatchState.UNHEARD}:
            yield match, decision
