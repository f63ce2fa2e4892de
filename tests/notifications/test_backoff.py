"""Waiting grows, varies and has an end."""

from datetime import timedelta
from random import Random

import pytest

from notifications.backoff import LONGEST, backoff


class Longest(Random):
    def uniform(self, a: float, b: float) -> float:
        return b


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 30), (2, 60), (3, 120), (8, 3840), (9, 7200), (10, 7200), (10_000, 7200)]
)
def test_the_longest_wait_doubles_up_to_two_hours(attempts: int, seconds: int) -> None:
    assert backoff(attempts, Longest()) == timedelta(seconds=seconds)


def test_waits_are_spread_over_the_whole_span() -> None:
    chance = Random(1)
    waits = [backoff(20, chance) for _ in range(500)]

    assert min(waits) < LONGEST * 0.05
    assert max(waits) > LONGEST * 0.95
