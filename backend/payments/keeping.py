"""Verified callbacks as rows: kept as they came, applied in the same commit, or kept until they can be applied."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from backend.core.crypto import Keyring
from backend.core.db import Database, Tx
from backend.payments.exceptions import HOUSE, Kind, list_exception
from backend.payments.models import Channel, Observation
from backend.payments.providers.protocol import Callback
from backend.payments.queries import callbacks as queries
from backend.payments.queries.callbacks import CallbackRow, Waiting
from backend.payments.records import Source
from backend.payments.settlement import apply, apply_each
from backend.payments.verdicts import Verdict

log = logging.getLogger(__name__)

GIVEN_UP_AFTER = timedelta(hours=25)  # the providers' own last try is after 24 hours
_FIRST_RETRY, _LONGEST_RETRY = timedelta(seconds=15), timedelta(hours=1)
_AT_ONCE = 50
_decoder = msgspec.json.Decoder(Observation)


class Arrival(Struct, frozen=True):
    """A callback that was believed, as it came. `evidence`: the headers that prove who said it, as JSON."""

    channel: Channel
    callback: Callback
    evidence: str
    body: bytes
    received_at: datetime

    @property
    def key(self) -> tuple[str, str]:
        return self.channel, self.callback.event_key

    def row(self) -> CallbackRow:
        said = msgspec.json.encode(self.callback.observation).decode()
        serial = self.callback.verified_serial
        return CallbackRow(*self.key, self.received_at, self.evidence, self.body, serial, said)


async def take(tx: Tx, keyring: Keyring, arrivals: Sequence[Arrival], now: datetime) -> list[Verdict]:
    """Keeps and applies notices, of which, where they are several, each names another order.

    Deliveries of one notice wait for one another at the insert: the first one applies it, the others find it so. First
    all rows of callbacks are locked, then all orders, each kind in one order.
    """
    ordered = sorted(arrivals, key=lambda each: each.key)
    new = await queries.insert_callbacks(tx, [each.row() for each in ordered])
    facts = {each.key: each.callback.observation for each in ordered if each.key in new}
    waiting = {each.key: each for each in await queries.lock_waiting(tx, [e.key for e in ordered if e.key not in new])}
    facts |= {key: _decoder.decode(each.observation) for key, each in waiting.items()}
    applied = await apply_each(tx, keyring, [*facts.values()], Source.CALLBACK, now)
    verdicts = dict(zip(facts, applied, strict=True))
    for key, each in waiting.items():
        verdicts[key] = await _conclude(tx, each, facts[key], verdicts[key], now, told=True)
    for key in new:
        if verdicts[key] is not Verdict.APPLIED:
            await _note(tx, key, verdicts[key], tries=0, now=now)
    return [verdicts.get(each.key, Verdict.REPEATED) for each in arrivals]


async def keep(tx: Tx, arrival: Arrival, now: datetime) -> None:
    """Without its effect, to be tried again."""
    if await queries.insert_callbacks(tx, [arrival.row()]):
        await _note(tx, arrival.key, Verdict.WAITING, tries=0, now=now)


async def retry_waiting(db: Database, keyring: Keyring, now: datetime) -> bool:
    """Applies again what spoke of something unknown; True when there may be more."""
    waiting = await queries.list_waiting(db, now, _AT_ONCE)
    for each in waiting:
        try:
            async with db.transaction() as tx:
                await _again(tx, keyring, each.key, now)
        except Exception as error:  # noqa: BLE001 - one that fails must not keep the others waiting
            log.warning("callback failed again", extra={"channel": each.channel, "error": type(error).__name__})
            async with db.transaction() as tx:
                await _note(tx, each.key, Verdict.WAITING, tries=each.tries, now=now)
    return len(waiting) == _AT_ONCE


async def _again(tx: Tx, keyring: Keyring, key: tuple[str, str], now: datetime) -> None:
    for waiting in await queries.lock_waiting(tx, [key]):
        seen = _decoder.decode(waiting.observation)
        verdict = await apply(tx, keyring, seen, Source.CALLBACK, now)
        await _conclude(tx, waiting, seen, verdict, now, told=False)


async def _conclude(
    tx: Tx, waiting: Waiting, seen: Observation, verdict: Verdict, now: datetime, *, told: bool
) -> Verdict:
    """What becomes of a notice that is kept and has been tried again.

    However often it is told too early, when this house tries again by itself stays as it was.
    """
    if verdict is Verdict.WAITING and now - waiting.received_at >= GIVEN_UP_AFTER:
        await list_exception(tx, HOUSE, Kind.UNKNOWN_ORDER, seen, Source.CALLBACK, now)
        verdict = Verdict.EXCEPTION
    if verdict is not Verdict.WAITING or not told:
        await _note(tx, waiting.key, verdict, tries=waiting.tries, now=now)
    return verdict


async def _note(tx: Tx, key: tuple[str, str], verdict: Verdict, *, tries: int, now: datetime) -> None:
    if verdict is Verdict.WAITING:
        pause = min(_FIRST_RETRY * 2 ** min(tries, 20), _LONGEST_RETRY)
        await queries.update_verdict(tx, *key, verdict, None, now + pause)
    else:
        await queries.update_verdict(tx, *key, verdict, now, None)
