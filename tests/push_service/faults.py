"""What a push service does on a bad day: the next requests answer with a refusal, late, or not at all."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Self


@dataclass(frozen=True)
class Fault:
    """One misbehaviour. Make it with `answer`, `slow`, `cut` or `lost_answer`."""

    status: int | None = None
    retry_after: int | datetime | None = None
    delay_s: float = 0
    cut: bool = False
    lost_answer: bool = False

    @classmethod
    def answer(cls, status: int, retry_after: int | datetime | None = None) -> Self:
        """Answers `status`; `retry_after` is written as seconds (int) or as an HTTP-date (aware datetime)."""
        return cls(status=status, retry_after=retry_after)

    @classmethod
    def slow(cls, delay_s: float) -> Self:
        """Waits, then goes on as usual."""
        return cls(delay_s=delay_s)

    @classmethod
    def cut_connection(cls) -> Self:
        """Hangs up without reading the message."""
        return cls(cut=True)

    @classmethod
    def lose_answer(cls) -> Self:
        """Delivers the message, then hangs up before answering: the sender cannot know."""
        return cls(lost_answer=True)

    @property
    def headers(self) -> dict[str, str]:
        if self.retry_after is None:
            return {}
        if isinstance(self.retry_after, datetime):
            return {"Retry-After": format_datetime(self.retry_after, usegmt=True)}
        return {"Retry-After": str(self.retry_after)}


class Faults:
    """A queue of faults, each for the next request of one origin or of any."""

    def __init__(self) -> None:
        self._queue: deque[tuple[Fault, str | None]] = deque()

    def add(self, fault: Fault, times: int, origin: str | None) -> None:
        self._queue.extend([(fault, origin)] * times)

    def take(self, origin: str) -> Fault | None:
        for index, (fault, wanted) in enumerate(self._queue):
            if wanted in {None, origin}:
                del self._queue[index]
                return fault
        return None

    def clear(self) -> None:
        self._queue.clear()
