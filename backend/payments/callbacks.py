"""Callbacks of the providers: verified, kept as they came, applied, acknowledged; in this order and in one commit."""

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

import msgspec
from msgspec import structs
from prometheus_client import Counter

from backend.core.clock import SHANGHAI
from backend.core.crypto import Keyring
from backend.core.db import Database, Tx
from backend.payments.exceptions import HOUSE, Kind, list_exception
from backend.payments.models import Channel, Observation
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.protocol import Acknowledgement, Callback, Provider
from backend.payments.queries import callbacks as queries
from backend.payments.records import Source
from backend.payments.settlement import apply
from backend.payments.verdicts import Verdict

log = logging.getLogger(__name__)

GIVEN_UP_AFTER = timedelta(hours=25)  # the providers' own last try is after 24 hours
_FIRST_RETRY, _LONGEST_RETRY = timedelta(seconds=15), timedelta(hours=1)
_NOT_NOW = 503
_AT_ONCE = 50
_EVIDENCE = ("content-type", "request-id", "user-agent")  # and everything that the signature speaks of
_SIGNED = ("wechatpay-", "alipay-")
_decoder = msgspec.json.Decoder(Observation)
_CALLBACKS = Counter("payment_callbacks_total", "Callbacks by what became of them.", ["channel", "verdict"])
_REFUSED = Counter("payment_callbacks_refused_total", "Callbacks that were not believed.", ["channel", "reason"])


@cache
def _counted(channel: Channel, verdict: Verdict | Reason) -> Counter:
    return _CALLBACKS.labels(channel, verdict)


async def receive(
    db: Database, keyring: Keyring, provider: Provider, headers: Mapping[str, str], body: bytes, now: datetime
) -> Acknowledgement:
    """Takes one callback and says what to answer. Raises CallbackRefused; where its effect fails it is kept all the
    same, and the failure raised: UnionPay tells five times only.

    Acknowledged is what has been committed with its effect, and what has been committed as an exception for operators.
    What waits for an order is kept, tried again here and not acknowledged, so that the provider tries again as well.
    """
    try:
        callback = await _read(provider, headers, body, now)
    except CallbackRefused as refused:
        await _note_refused(db, provider.channel, refused.reason, body, now)
        raise
    try:
        async with db.transaction() as tx:
            verdict = await _take(tx, keyring, provider.channel, callback, headers, body, now)
    except Exception:
        await _keep(db, provider.channel, callback, headers, body, now)
        raise
    _counted(provider.channel, verdict).inc()
    if verdict is Verdict.WAITING:
        return structs.replace(provider.decline(), status=_NOT_NOW)
    return provider.acknowledge()


async def retry_waiting(db: Database, keyring: Keyring, now: datetime) -> bool:
    """Applies again what spoke of something unknown; True when there may be more."""
    waiting = await queries.list_waiting(db, now, _AT_ONCE)
    for each in waiting:
        try:
            async with db.transaction() as tx:
                await _again(tx, keyring, each.channel, each.event_key, now, told=False)
        except Exception as error:  # noqa: BLE001 - one that fails must not keep the others waiting
            log.warning("callback failed again", extra={"channel": each.channel, "error": type(error).__name__})
            async with db.transaction() as tx:
                await _note(tx, each.channel, each.event_key, Verdict.WAITING, tries=each.tries, now=now)
    return len(waiting) == _AT_ONCE


async def _read(provider: Provider, headers: Mapping[str, str], body: bytes, now: datetime) -> Callback:
    """Where a key is not known (yet), new ones are looked for first; how often, the adapter decides."""
    try:
        return provider.read_callback(headers, body, now)
    except CallbackRefused as refused:
        if refused.reason is not Reason.UNKNOWN_KEY:
            raise
    await provider.refresh_keys(now)
    return provider.read_callback(headers, body, now)


async def _take(
    tx: Tx,
    keyring: Keyring,
    channel: Channel,
    callback: Callback,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> Verdict:
    """Deliveries of one notice wait for one another at the insert: the first one applies it, the others find it so."""
    observation = msgspec.json.encode(callback.observation).decode()
    if not await queries.insert_callback(
        tx, channel, callback.event_key, _evidence(headers), body, callback.verified_serial, observation, now
    ):
        return await _again(tx, keyring, channel, callback.event_key, now, told=True)
    verdict = await apply(tx, keyring, callback.observation, Source.CALLBACK, now)
    if verdict is not Verdict.APPLIED:
        await _note(tx, channel, callback.event_key, verdict, tries=0, now=now)
    return verdict


async def _keep(
    db: Database, channel: Channel, callback: Callback, headers: Mapping[str, str], body: bytes, now: datetime
) -> None:
    """Without its effect, to be tried again."""
    observation = msgspec.json.encode(callback.observation).decode()
    async with db.transaction() as tx:
        if await queries.insert_callback(
            tx, channel, callback.event_key, _evidence(headers), body, callback.verified_serial, observation, now
        ):
            await _note(tx, channel, callback.event_key, Verdict.WAITING, tries=0, now=now)


async def _again(tx: Tx, keyring: Keyring, channel: str, event_key: str, now: datetime, *, told: bool) -> Verdict:
    """A notice that is kept already: applied now where it could not be before.

    However often it is told too early, when this house tries again by itself stays as it was.
    """
    waiting = await queries.lock_waiting(tx, channel, event_key)
    if waiting is None:
        return Verdict.REPEATED
    observation = _decoder.decode(waiting.observation)
    verdict = await apply(tx, keyring, observation, Source.CALLBACK, now)
    if verdict is Verdict.WAITING and now - waiting.received_at >= GIVEN_UP_AFTER:
        await list_exception(tx, HOUSE, Kind.UNKNOWN_ORDER, observation, Source.CALLBACK, now)
        verdict = Verdict.EXCEPTION
    if verdict is not Verdict.WAITING or not told:
        await _note(tx, waiting.channel, waiting.event_key, verdict, tries=waiting.tries, now=now)
    return verdict


async def _note(tx: Tx, channel: str, event_key: str, verdict: Verdict, *, tries: int, now: datetime) -> None:
    if verdict is Verdict.WAITING:
        pause = min(_FIRST_RETRY * 2 ** min(tries, 20), _LONGEST_RETRY)
        await queries.update_verdict(tx, channel, event_key, verdict, None, now + pause)
    else:
        await queries.update_verdict(tx, channel, event_key, verdict, now, None)


async def _note_refused(db: Database, channel: Channel, reason: Reason, body: bytes, now: datetime) -> None:
    """How many, why, and a digest; never the contents, which may be anybody's. A probe is no forgery and not among
    them: it is the provider trying whether we look at signatures.
    """
    if reason is Reason.PROBE:
        _counted(channel, reason).inc()
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
