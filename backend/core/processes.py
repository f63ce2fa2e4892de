"""Child processes that never outlive the parent that started them."""

import contextlib
import ctypes
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1


def die_with_parent(sig: signal.Signals = signal.SIGTERM) -> None:
    """Asks the Linux kernel to send `sig` to this process when its parent dies, also by kill -9 (prctl(2)).

    Must run after any change of user, which clears the request. Elsewhere than on Linux there is no such call and
    an orderly stop (Ctrl-C, SIGTERM) has to do.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)


def spawn(
    command: Sequence[str | Path],
    *,
    before_exec: Callable[[], None] | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    output: IO[Any] | int = subprocess.DEVNULL,
    env: Mapping[str, str] | None = None,
    **identity: Any,
) -> "subprocess.Popen[bytes]":
    """Starts a program in a session of its own, so that a Ctrl-C at the terminal reaches it only through its parent."""

    def prepare() -> None:
        if before_exec is not None:
            before_exec()
        die_with_parent(death_signal)

    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=None if env is None else dict(env),
        start_new_session=True,
        preexec_fn=prepare,  # noqa: PLW1509 - the parent is still single-threaded when it starts its children
        **identity,
    )


def stop(process: "subprocess.Popen[bytes]", sig: signal.Signals) -> None:
    """Asks a child to end and waits; kills it when it does not."""
    ask_to_end(process, sig)
    await_end(process)


def ask_to_end(process: "subprocess.Popen[bytes]", sig: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(sig)


def await_end(process: "subprocess.Popen[bytes]", *, timeout_s: float = 10) -> None:
    """Of one that was asked to end; kills it when it does not."""
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
