"""The answer to a feed: which lines were taken, which changed nothing, which were refused and why; of bounded size."""

from bisect import bisect_right
from typing import NamedTuple

from msgspec import UNSET, Struct, UnsetType

from backend.departments.faults import DUPLICATE_ID, Fault

MAX_RANGES = 10_000
MAX_REFUSALS = 10_000


class More(Struct, frozen=True):
    """What did not fit: how many lines, the first and the last of them."""

    count: int
    first: int
    last: int


class Lines(Struct, frozen=True):
    """`lines` are ranges, both ends included: [[1, 3], [5, 5]]."""

    count: int
    lines: list[tuple[int, int]]
    more: More | UnsetType = UNSET


class RefusedLine(Struct, frozen=True):
    line: int
    id: str | None
    code: str
    reason: str


class Refused(Struct, frozen=True):
    """The first MAX_REFUSALS in full; of the others ranges of line numbers by code."""

    count: int
    lines: list[RefusedLine]
    more: dict[str, Lines] | UnsetType = UNSET


class Answer(Struct, frozen=True):
    accepted: Lines
    unchanged: Lines
    refused: Refused


class Ranges:
    """Line numbers, mostly in rising order, as ranges; past MAX_RANGES only their number and extent."""

    def __init__(self) -> None:
        self.count = 0
        self._ranges: list[tuple[int, int]] = []
        self._more = More(0, 0, 0)

    def add(self, line: int) -> None:
        self.count += 1
        if self._ranges and line == self._ranges[-1][1] + 1 and not self._more.count:
            self._ranges[-1] = (self._ranges[-1][0], line)
        elif len(self._ranges) < MAX_RANGES:
            self._ranges.append((line, line))
        else:
            self._more = More(self._more.count + 1, self._more.first or line, line)

    def discard(self, line: int) -> None:
        """Takes a line out again; it may lie within a range, which is split then."""
        self.count -= 1
        at = bisect_right(self._ranges, (line, 1 << 63)) - 1
        if at < 0 or self._ranges[at][1] < line:
            self._more = More(self._more.count - 1, self._more.first, self._more.last)
            return
        first, last = self._ranges[at]
        self._ranges[at : at + 1] = [part for part in ((first, line - 1), (line + 1, last)) if part[0] <= part[1]]

    def lines(self) -> Lines:
        return Lines(self.count, self._ranges, self._more if self._more.count else UNSET)


class Counts(NamedTuple):
    """How many lines ended how."""

    accepted: int
    unchanged: int
    refused: int


class _Refusal(NamedTuple):
    line: int
    id: str | None
    fault: Fault


class Tally:
    """Collects what became of each line, batch by batch, once the batch is committed."""

    def __init__(self) -> None:
        self.accepted = Ranges()
        self.unchanged = Ranges()
        self._refused: list[_Refusal] = []
        self._more: dict[str, Ranges] = {}

    def refuse(self, line: int, source_id: str | None, fault: Fault) -> None:
        if len(self._refused) < MAX_REFUSALS:
            self._refused.append(_Refusal(line, source_id, fault))
        else:
            self._more.setdefault(fault.reason.code, Ranges()).add(line)

    def replace(self, line: int, source_id: str, by: int) -> None:
        """A later line of this feed has the same id and counts: the earlier one turns from accepted into refused."""
        self.accepted.discard(line)
        self.refuse(line, source_id, Fault(DUPLICATE_ID, {"line": by}))

    @property
    def counts(self) -> Counts:
        refused = len(self._refused) + sum(ranges.count for ranges in self._more.values())
        return Counts(self.accepted.count, self.unchanged.count, refused)

    def answer(self, locale: str) -> Answer:
        full = [
            RefusedLine(entry.line, entry.id, entry.fault.reason.code, entry.fault.sentence(locale))
            for entry in sorted(self._refused, key=lambda entry: entry.line)
        ]
        more = {code: ranges.lines() for code, ranges in self._more.items()}
        refused = Refused(self.counts.refused, full, more or UNSET)
        return Answer(self.accepted.lines(), self.unchanged.lines(), refused)
