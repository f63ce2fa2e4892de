"""Where callbacks queue: those that arrive while others are being settled are settled together, in one transaction.

As a database commits many at once (group commit): nobody waits for company, and the more arrive the less each costs.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Sequence
from functools import cache
from typing import Any

from msgspec import Struct
from prometheus_client import Counter

from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.payments.keeping import Arrival, keep, take
from backend.payments.models import Channel
from backend.payments.providers.errors import Reason
from backend.payments.verdicts import Verdict

log = logging.getLogger(__name__)

_HANDS = 2  # while one waits for the disk, the other one settles what has come meanwhile
_MOST_TOGETHER = 32
_PATIENCE_S = 1.0
# Who settles many yields first, before Postgres looks for a circle of who waits for whom (after 1 s) and ends somebody;
# who goes alone fails before a provider has waited too long, and leaves the connection to others.
_TOGETHER, _ALONE = "SET LOCAL lock_timeout = '300ms'", "SET LOCAL lock_timeout = '2s'"
_CALLBACKS = Counter("payment_callbacks_total", "Callbacks by what became of them.", ["channel", "verdict"])


@cache
def counted(channel: Channel, verdict: Verdict | Reason) -> Counter:
    """The count of callbacks of this channel of which this became."""
    return _CALLBACKS.labels(channel, verdict)


class _Queued(Struct, frozen=True, eq=False):
    arrival: Arrival
    verdict: "asyncio.Future[Verdict]"

    @property
    def order_no(self) -> str | None:
        return self.arrival.callback.observation.order_no

    def answer(self, verdict: Verdict) -> None:
        counted(self.arrival.channel, verdict).inc()
        if not self.verdict.done():  # whoever waited may be gone
            self.verdict.set_result(verdict)

    def fail(self, failure: BaseException) -> None:
        if not self.verdict.done():
            self.verdict.set_exception(failure)


class Intake:
    """Of one process. Where together it cannot be done in a moment, nobody goes together, each goes alone."""

    def __init__(self, db: Database, keyring: Keyring) -> None:
        self.db = db
        self._keyring = keyring
        self._queue: deque[_Queued] = deque()
        self._free_hands = _HANDS
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, arrival: Arrival) -> Verdict:
        """What became of it, once that is committed. Where its effect fails it is kept all the same, and the failure
        raised: UnionPay tells five times only.
        """
        queued = _Queued(arrival, asyncio.get_running_loop().create_future())
        self._queue.append(queued)
        if self._free_hands:
            self._free_hands -= 1
            self._start(self._work())
        return await queued.verdict

    async def _work(self) -> None:
        try:
            while self._queue:
                batch = self._next()
                if len(batch) == 1 or not await self._settle(batch):
                    alone = [self._start(self._settle_alone(each)) for each in batch]
                    await asyncio.wait(alone, timeout=_PATIENCE_S)
        finally:
            self._free_hands += 1

    def _next(self) -> list[_Queued]:
        """Those that have waited longest, each with an order of its own; what names none goes alone."""
        first = self._queue.popleft()
        if first.order_no is None:
            return [first]
        batch, later = {first.order_no: first}, []
        keys = {first.arrival.key}
        while self._queue and len(batch) < _MOST_TOGETHER:
            each = self._queue.popleft()
            if each.order_no is None or each.order_no in batch or each.arrival.key in keys:
                later.append(each)
            else:
                batch[each.order_no] = each
                keys.add(each.arrival.key)
        self._queue.extendleft(reversed(later))
        return [*batch.values()]

    async def _settle(self, batch: Sequence[_Queued]) -> bool:
        """False where it could not be done together: then nothing of it was done."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                verdicts = await self._take([each.arrival for each in batch], _TOGETHER)
        except Exception as error:  # noqa: BLE001 - whichever of them it was, each is tried by itself
            extra = {"callbacks": len(batch), "error": type(error).__name__}
            log.warning("callbacks are settled one by one", extra=extra)
            return False
        except BaseException as ending:
            for each in batch:
                each.fail(ending)
            raise
        for each, verdict in zip(batch, verdicts, strict=True):
            each.answer(verdict)
        return True

    async def _settle_alone(self, queued: _Queued) -> None:
        arrival = queued.arrival
        try:
            try:
                (verdict,) = await self._take([arrival], _ALONE)
            except Exception:
                async with self.db.transaction() as tx:
                    await tx.execute(_ALONE)
                    await keep(tx, arrival, arrival.received_at)
                raise
            queued.answer(verdict)
        except Exception as failure:  # noqa: BLE001 - raised where somebody waits for the answer
            queued.fail(failure)
        except BaseException as ending:
            queued.fail(ending)
            raise

    async def _take(self, arrivals: Sequence[Arrival], patience: str) -> list[Verdict]:
        async with self.db.transaction() as tx:
            await tx.execute(patience)
            return await take(tx, self._keyring, arrivals, max(each.received_at for each in arrivals))

    def _start(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self._tasks.add(task)  # the loop itself would forget it
        task.add_done_callback(self._tasks.discard)
        return task
