"""Which processor a program runs on, and what a person waiting for a long benchmark sees."""

import os
import sys
from collections.abc import Callable

_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SERVING, LOADING = _CORES[:1], _CORES[-1:]
"""One for what is measured and one for whoever asks, where there are two and the system lets us choose."""


def pin(cores: list[int]) -> Callable[[], None]:
    """To be called in the process that is to stay on these processors."""

    def stay() -> None:
        if cores:
            os.sched_setaffinity(0, cores)

    return stay


def say(text: str) -> None:
    """Progress: never among the figures."""
    print(f"\n  {text} … ", end="", flush=True, file=sys.stderr)
