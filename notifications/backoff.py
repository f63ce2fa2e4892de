"""How long to wait after a failure."""

from datetime import timedelta
from random import Random, SystemRandom

FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=2)


_CHANCE = SystemRandom()


def backoff(attempts: int, chance: Random = _CHANCE) -> timedelta:
    """Exponential with full jitter: anything up to 30 s, 1 min, 2 min, … 2 h after the 1st, 2nd, 3rd attempt."""
    ceiling = min(FIRST.total_seconds() * 2.0 ** min(attempts - 1, 20), LONGEST.total_seconds())
    return timedelta(seconds=chance.uniform(0.0, ceiling))
