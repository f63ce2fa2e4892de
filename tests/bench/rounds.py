"""Comparing things on a noisy machine: round after round each in turn, and the median of what each round says."""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import islice
from statistics import median

from msgspec import Struct

Measurement = Callable[[], Awaitable[float]]


class Rounds(Struct, frozen=True):
    """What each contender measured, by round."""

    values: Mapping[str, Sequence[float]]

    def median(self, name: str) -> float:
        return median(self.values[name])

    def ratio(self, name: str, to: str) -> float:
        """Of neighbours in time: noise that lasts longer than a round falls out."""
        return median(one / other for one, other in zip(self.values[name], self.values[to], strict=True))


async def interleaved(contenders: Mapping[str, Measurement], *, rounds: int) -> Rounds:
    """Every round measures each contender once and begins with the next one; a first round only warms up."""
    values: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for measure in contenders.values():
        await measure()
    for number in range(rounds):
        for name in _rotated(names, number):
            values[name].append(await contenders[name]())
    return Rounds(values)


async def cpu_us_each(work: Callable[[], Awaitable[int]]) -> float:
    """Microseconds of processor time of this process for each of the things that `work` says it has done."""
    began = time.process_time()
    done = await work()
    return (time.process_time() - began) / done * 1e6


def _rotated(names: Sequence[str], by: int) -> Iterator[str]:
    start = by % len(names)
    return islice([*names, *names], start, start + len(names))
