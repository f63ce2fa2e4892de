"""Which processor a program runs on, and what a person waiting for a long benchmark sees."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SERVING, LOADING = _CORES[:1], _CORES[-1:]
"""One for what is measured and one for whoever asks, where there are two and the system lets us choose."""
FULL = "BENCH_FULL"
"""Set in the environment where everything is to be measured, however long it takes."""


def pin(cores: list[int]) -> Callable[[], None]:
    """To be called in the process that is to stay on these processors."""

    def stay() -> None:
        if cores:
            os.sched_setaffinity(0, cores)

    return stay


@contextlib.contextmanager
def staying_on(cores: list[int]) -> Iterator[None]:
    """What is started meanwhile stays on these processors."""
    before = os.sched_getaffinity(0) if cores else set()
    pin(cores)()
    try:
        yield
    finally:
        pin(sorted(before))()


def processor_seconds(session: int) -> float:
    """What all processes of a session have used so far (proc_pid_stat(5)); 0 where there is no /proc."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()  # from the third field on: the name may hold anything
        except OSError:
            continue
        if int(fields[3]) == session:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def say(text: str) -> None:
    """Progress: never among the figures."""
    print(f"\n  {text} … ", end="", flush=True, file=sys.stderr)
