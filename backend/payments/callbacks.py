"""Callbacks of the providers: verified, kept as they came, applied, acknowledged; in this order and in one commit."""

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import structs
from prometheus_client import Counter

from backend.core.clock import SHANGHAI
from backend.core.db import Database
from backend.payments.intake import Intake, counted
from backend.payments.keeping import Arrival
from backend.payments.models import Channel
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.protocol import Acknowledgement, Callback, Provider
from backend.payments.queries import callbacks as queries
from backend.payments.verdicts import Verdict

log = logging.getLogger(__name__)

_NOT_NOW = 503
_EVIDENCE = ("content-type", "request-id", "user-agent")  # and everything that the signature speaks of
_SIGNED = ("wechatpay-", "alipay-")
_REFUSED = Counter("payment_callbacks_refused_total", "Callbacks that were not believed.", ["channel", "reason"])


async def receive(
    intake: Intake, provider: Provider, headers: Mapping[str, str], body: bytes, now: datetime
) -> Acknowledgement:
    """Takes one callback and says what to answer. Raises CallbackRefused, and what `Intake.take` raises.

    Acknowledged is what has been committed with its effect, and what has been committed as an exception for operators.
    What waits for an order is kept, tried again here and not acknowledged, so that the provider tries again as well.
    """
    try:
        callback = await _read(provider, headers, body, now)
    except CallbackRefused as refused:
        await _note_refused(intake.db, provider.channel, refused.reason, body, now)
        raise
    verdict = await intake.take(Arrival(provider.channel, callback, _evidence(headers), body, now))
    if verdict is Verdict.WAITING:
        return structs.replace(provider.decline(), status=_NOT_NOW)
    return provider.acknowledge()


async def _read(provider: Provider, headers: Mapping[str, str], body: bytes, now: datetime) -> Callback:
    """Where a key is not known (yet), new ones are looked for first; how often, the adapter decides."""
    try:
        return provider.read_callback(headers, body, now)
    except CallbackRefused as refused:
        if refused.reason is not Reason.UNKNOWN_KEY:
            raise
    await provider.refresh_keys(now)
    return provider.read_callback(headers, body, now)


async def _note_refused(db: Database, channel: Channel, reason: Reason, body: bytes, now: datetime) -> None:
    """How many, why, and a digest; never the contents, which may be anybody's. A probe is no forgery and not among
    them: it is the provider trying whether we look at signatures.
    """
    if reason is Reason.PROBE:
        counted(channel, reason).inc()
        return
    local = now.astimezone(SHANGHAI)
    _REFUSED.labels(channel, reason).inc()
    log.info("callback refused", extra={"channel": channel, "reason": reason, "bytes": len(body)})
    await queries.upsert_refused(
        db, channel, reason, local.hour * 60 + local.minute, len(body), hashlib.sha256(body).digest(), now
    )


def _evidence(headers: Mapping[str, str]) -> str:
    """The headers that prove who said it."""
    named = ((name.lower(), value) for name, value in headers.items())
    kept = {name: value for name, value in named if name in _EVIDENCE or name.startswith(_SIGNED)}
    return msgspec.json.encode(kept).decode()
