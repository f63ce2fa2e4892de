"""What a rule would say of many people in the days to come, counted; a few of them are kept to be looked at. Pure."""

import hashlib
import heapq
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from msgspec import structs

from backend.city.city import City
from backend.city.rules import RuleState
from backend.matching.deciding import decide
from backend.matching.desk.models import Finding, Found, Silence
from backend.matching.models import Decision, Known
from backend.matching.rulebook import AppliedRule, Rulebook

_TOLD_SHOWN, _OTHERS_SHOWN = 14, 6


def one_rule_book(city: City, rule: AppliedRule) -> Rulebook:
    """The rule alone, as if it were live; each of its dates by itself, since all that are to come are wanted."""
    apart = [
        structs.replace(rule, code=f"{rule.code}#{place}", steps=(step,), state=RuleState.LIVE)
        for place, step in enumerate(rule.steps)
    ]
    return Rulebook(city, {}, apart)


class Tally:
    """Looks at people one after the other. `seed` chooses who is kept, the same ones whatever the order."""

    def __init__(self, book: Rulebook, starts_on: date, ends_on: date, seed: UUID) -> None:
        self._book, self._starts_on, self._ends_on, self._seed = book, starts_on, ends_on, seed
        self.looked_at = 0
        self._people = 0
        self._by_day: Counter[date] = Counter()
        self._against: Counter[str] = Counter()
        self._already = 0
        self._silent: Counter[Silence] = Counter()
        self._told: list[tuple[int, int, UUID, Finding]] = []
        self._others: list[tuple[int, int, UUID, Finding]] = []

    def look(self, known: Known, occasions: set[str], silence: Silence | None) -> None:
        """`occasions` are those of which the rule has spoken to them, `silence` is why nobody would hear, if so."""
        would_be_told = False
        for decision in decide(self._book, known, self._ends_on):
            if decision.due_on < self._starts_on:
                continue
            self.looked_at += 1
            if decision.occasion in occasions:
                self._already += 1
                continue
            if decision.against is not None:
                self._against[decision.against] += 1
                self._keep(self._others, _OTHERS_SHOWN, known.subject_id, decision)
            elif silence is not None:
                self._silent[silence] += 1
            else:
                would_be_told = True
                self._by_day[decision.due_on] += 1
                self._keep(self._told, _TOLD_SHOWN, known.subject_id, decision)
        self._people += would_be_told

    def found(self, coming: dict[date, int], *, is_complete: bool) -> Found:
        return Found(
            people=self._people,
            by_day=dict(sorted(self._by_day.items())),
            coming=coming,
            against=dict(self._against.most_common()),
            already=self._already,
            unheard=self._silent[Silence.NOBODY],
            is_complete=is_complete,
            unwilling=self._silent[Silence.UNWILLING],
        )

    def cases(self) -> Sequence[tuple[UUID, Finding]]:
        """Those who would be told by their dates, then the others."""
        kept = [sorted(each, key=lambda case: case[3].due_on) for each in (self._told, self._others)]
        return [(subject_id, finding) for several in kept for _, _, subject_id, finding in several]

    def _keep(self, kept: list[tuple[int, int, UUID, Finding]], most: int, subject_id: UUID, found: Decision) -> None:
        drawn = hashlib.blake2b(self._seed.bytes + subject_id.bytes + found.occasion.encode(), digest_size=8).digest()
        lot = -int.from_bytes(drawn, "big")  # the heap gives up its smallest first: those with the highest lots go
        if len(kept) < most or lot > kept[0][0]:
            finding = Finding(
                due_on=found.due_on,
                anchor_on=found.cause.on,
                rung=found.rung,
                against=found.against,
                evidence=found.evidence,
            )
            case = (lot, self.looked_at, subject_id, finding)
            (heapq.heappush if len(kept) < most else heapq.heapreplace)(kept, case)


def days_between(starts_on: date, ends_on: date) -> list[date]:
    return [starts_on + timedelta(days=n) for n in range((ends_on - starts_on).days + 1)]
