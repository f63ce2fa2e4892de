"""Brings notices to the merchant, again and again by the provider's schedule, until they are acknowledged."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar

import httpx
from msgspec import Struct, structs

from backend.core.clock import Clock
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.faults import Fault
from backend.sandbox.gateways.records import Notice

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.05
_AT_ONCE = 50
_TIMEOUT_S = 5.0


class Letter(Struct, frozen=True):
    """A notice as it goes out this time: signed anew for every send."""

    headers: Mapping[str, str]
    body: bytes


class Sender(ABC):
    """What differs between providers: how a notice is written, what counts as acknowledged, when it is sent again.

    `gaps`: seconds between the sends, as published; after the last one the provider gives up.
    `refund_takes`: from accepting a refund to deciding it; nothing where the call itself decides.
    `tells_ends`: whether the merchant is told of orders that nobody has paid in time.
    """

    gaps: ClassVar[Sequence[float]]
    refund_takes: ClassVar[timedelta] = timedelta()
    tells_ends: ClassVar[bool] = False

    @abstractmethod
    def write(self, notice: Notice) -> Letter: ...

    @abstractmethod
    def is_acknowledged(self, status: int, body: bytes) -> bool: ...


class Courier:
    """`scale`: how many times faster than real the schedule runs."""

    def __init__(self, book: Book, sender: Sender, clock: Clock, scale: float, http: httpx.AsyncClient) -> None:
        self._book, self._sender, self._clock, self._scale, self._http = book, sender, clock, scale, http
        self._on_the_way: set[str] = set()

    async def run(self) -> None:
        """Until cancelled. A merchant that is slow to answer one notice does not keep the others waiting."""
        async with asyncio.TaskGroup() as sends:
            while True:
                for notice in self._take_due():
                    sends.create_task(self._send(notice))
                await asyncio.sleep(_LOOK_EVERY_S)

    async def send_due(self) -> int:
        """Everything that is due now, side by side."""
        due = self._take_due()
        await asyncio.gather(*(self._send(notice) for notice in due))
        return len(due)

    async def send_now(self, notice: Notice) -> None:
        """Waits until it has been brought, unless that happens already."""
        if notice.notice_id not in self._on_the_way:
            self._on_the_way.add(notice.notice_id)
            await self._send(notice)

    def _take_due(self) -> list[Notice]:
        due = self._book.due_notices(self._clock.now(), _AT_ONCE)
        taken = [notice for notice in due if notice.notice_id not in self._on_the_way]
        self._on_the_way.update(notice.notice_id for notice in taken)
        return taken

    async def _send(self, notice: Notice) -> None:
        """Once, or twice at the same time where that fault is on; then it counts only if both were acknowledged."""
        copies = 2 if Fault.CALL_BACK_TWICE in self._book.faults() else 1
        try:
            acknowledged = all(await asyncio.gather(*(self._post(notice) for _ in range(copies))))
        except Exception:  # one that cannot be written must not end the bringing of all others
            log.exception("notice not brought")
            acknowledged = False
        finally:
            self._on_the_way.discard(notice.notice_id)
        self._note(notice, acknowledged)

    def _note(self, notice: Notice, acknowledged: bool) -> None:
        sends = notice.sends + 1
        again = None
        if not acknowledged and sends <= len(self._sender.gaps):
            again = self._clock.now() + timedelta(seconds=self._sender.gaps[sends - 1] / self._scale)
        self._book.keep_notice(structs.replace(notice, sends=sends, acknowledged=acknowledged, due_at=again))

    async def _post(self, notice: Notice) -> bool:
        letter = self._sender.write(notice)
        try:
            answer = await self._http.post(
                notice.url, content=letter.body, headers=dict(letter.headers), timeout=_TIMEOUT_S
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.info("merchant not reached", extra={"error": type(error).__name__})
            return False
        return self._sender.is_acknowledged(answer.status_code, answer.content)
