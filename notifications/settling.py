"""One claimed delivery: held, sent or tried, and what follows from it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from notifications.backoff import backoff
from notifications.channels.channel import Channel, Outcome, Verdict
from notifications.checks import Hold, find_hold
from notifications.counters import REFUSED
from notifications.lanes import Lanes
from notifications.models import DeliveryState
from notifications.queries.claims import Claimed, Settled

THROTTLED_FOR = timedelta(minutes=2)  # where a service says 429 without saying until when
REFUSED_FOR = timedelta(minutes=10)  # how often we knock at a service that does not accept our credentials

_log = logging.getLogger(__name__)


class Attempt:
    """`lane` is None where nothing will be asked of a service."""

    def __init__(self, delivery: Claimed, channel: Channel | None, lanes: Lanes, clock: Callable[[], datetime]) -> None:
        self.delivery = delivery
        self._channel = channel
        self._lanes = lanes
        self._clock = clock
        self._hold = find_hold(delivery, clock())
        self.lane = channel.lane(delivery) if channel is not None and self._hold is None else None

    def hold_back(self, hold: Hold | None) -> None:
        """Not now after all; None changes nothing."""
        if hold is not None and self._hold is None:
            self._hold, self.lane = hold, None

    async def settle(self) -> Settled:
        if self._hold is not None:
            return self._held(self._hold.reason, self._hold.until)
        if self._channel is None or self.lane is None:
            return self._held("no such channel here", None)
        async with self._lanes.limit(self.lane):
            now = self._clock()
            paused = self._lanes.paused_until(self.lane, now)
            if paused is not None:
                return self._held("service paused", paused)
            outcome = await self._send(self._channel, now)
        return self._follow(outcome, self.lane, self._clock())

    async def _send(self, channel: Channel, now: datetime) -> Outcome:
        try:
            return await channel.send(self.delivery, now)
        except Exception as error:  # noqa: BLE001 - a defect met by one delivery must not stop the others
            _log.error("defect while sending by %s: %s", self.delivery.channel, type(error).__name__)
            return Outcome(Verdict.RETRY, reason=f"defect: {type(error).__name__}")

    def _follow(self, outcome: Outcome, lane: str, now: datetime) -> Settled:
        throttling = self._lanes.is_throttling(lane, throttled=outcome.verdict is Verdict.THROTTLED)
        match outcome.verdict:
            case Verdict.SENT:
                return self._settled(outcome, DeliveryState.SENT)
            case Verdict.GONE | Verdict.FAILED:
                return self._settled(outcome, DeliveryState.FAILED)
            case Verdict.RETRY:
                return self._retry(outcome, now)
            case Verdict.THROTTLED:
                until = outcome.retry_at or now + THROTTLED_FOR
                if not throttling:
                    return self._settled(outcome, DeliveryState.QUEUED, due_at=until, counts=False)
            case Verdict.REFUSED:
                until = now + REFUSED_FOR
                REFUSED.labels(lane).inc()
                _log.error("%s answers %s: our push credentials are not accepted", lane, outcome.status)
        self._lanes.pause(lane, until)
        return self._settled(outcome, DeliveryState.QUEUED, due_at=until, counts=False)

    def _retry(self, outcome: Outcome, now: datetime) -> Settled:
        due_at = max(now + backoff(self.delivery.attempts + 1), outcome.retry_at or now)
        if due_at >= self.delivery.useful_until:
            return self._settled(outcome, DeliveryState.FAILED)
        return self._settled(outcome, DeliveryState.QUEUED, due_at=due_at)

    def _held(self, reason: str, until: datetime | None) -> Settled:
        delivery = self.delivery
        return Settled(
            recipient_id=delivery.recipient_id,
            message_id=delivery.message_id,
            channel=delivery.channel,
            target=delivery.target,
            round=delivery.round,
            state=DeliveryState.DROPPED if until is None else DeliveryState.QUEUED,
            due_at=until,
            attempts=delivery.attempts,
            result="dropped" if until is None else "postponed",
            reason=reason,
        )

    def _settled(
        self, outcome: Outcome, state: DeliveryState, *, due_at: datetime | None = None, counts: bool = True
    ) -> Settled:
        delivery = self.delivery
        return Settled(
            recipient_id=delivery.recipient_id,
            message_id=delivery.message_id,
            channel=delivery.channel,
            target=delivery.target,
            round=delivery.round,
            state=state,
            due_at=due_at,
            attempts=delivery.attempts + counts,
            result=outcome.verdict,
            tried=True,
            gone=outcome.verdict is Verdict.GONE,
            status=outcome.status,
            reason=outcome.reason,
        )
