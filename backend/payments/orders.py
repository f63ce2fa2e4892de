"""Attempts to pay a bill: committed first, then made at the provider; under one key they are one attempt."""

import hashlib
import re
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from backend.core.crypto import Keyring
from backend.core.db import Database, Tx
from backend.payments import asking
from backend.payments.channels import Providers, note_failure, note_success
from backend.payments.errors import (
    BillNotFound,
    ChannelUnavailable,
    KeyMissing,
    KeyReused,
    NothingToPay,
    OrderNotFound,
)
from backend.payments.models import Channel, Kind, Observation, ObservedState
from backend.payments.money import Fen
from backend.payments.numbers import new_order_no
from backend.payments.providers.errors import ProviderRefused, ProviderUnavailable
from backend.payments.providers.protocol import Creation, NewOrder, Provider, Scene
from backend.payments.queries import bills, orders
from backend.payments.records import BillState, Order, OrderState, Source
from backend.payments.schedules import next_order_query
from backend.payments.settlement import apply

LIFETIME = timedelta(minutes=30)
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ATTEMPTS = 100
_NO_FEN = Fen(0)


class Wish(Struct, frozen=True, kw_only=True):
    """Who wants to pay which bill how. `key` (Idempotency-Key) makes repeated wishes one; `title` is what it is for."""

    subject_id: UUID
    bill_id: UUID
    channel: Channel
    scene: Scene
    key: str
    title: str
    payer_ip: str
    return_url: str  # `{order_no}` is filled in
    payer_openid: str | None = None

    @property
    def request_hash(self) -> bytes:
        return hashlib.sha256(f"{self.bill_id}|{self.channel}|{self.scene}".encode()).digest()


class Attempt(Struct, frozen=True):
    order: Order
    creation: Creation | None


async def start_payment(
    db: Database, redis: Redis, keyring: Keyring, providers: Providers, wish: Wish, now: datetime
) -> Attempt:
    """Makes an attempt, or gives back the one made under the same key. Older open attempts of the bill are ended first.

    Raises KeyMissing, KeyReused, ChannelUnavailable, BillNotFound, NothingToPay, ProviderUnavailable (try again with
    the same key), ProviderRefused (choose another channel).
    """
    provider = providers.get(wish.channel)
    if not _KEY.fullmatch(wish.key):
        raise KeyMissing
    if provider is None or wish.scene not in provider.scenes:
        raise ChannelUnavailable
    known = await orders.find_order_by_key(db, wish.subject_id, wish.key)
    if known is None:
        await _end_others(db, keyring, providers, wish, now)
    async with db.transaction() as tx:
        order = await _commit(tx, keyring, wish, now)
    if order.state != OrderState.CREATED or order.creation is not None:
        return Attempt(order, creation_of(order))
    return Attempt(order, await _create(db, redis, keyring, provider, order, wish, now))


async def get_order(db: Database, subject_id: UUID, order_no: str) -> Order:
    """Raises OrderNotFound, also where it is somebody else's."""
    order = await orders.find_order(db, subject_id, order_no)
    if order is None:
        raise OrderNotFound
    return order


def creation_of(order: Order) -> Creation | None:
    """How to get to the provider, once it has answered."""
    return None if order.creation is None else msgspec.json.decode(order.creation, type=Creation)


async def _commit(tx: Tx, keyring: Keyring, wish: Wish, now: datetime) -> Order:
    """The attempt of this key, made now where there is none. Wishes for one bill take turns at its lock."""
    bill = await bills.lock_bill(tx, wish.subject_id, wish.bill_id)
    if bill is None:
        raise BillNotFound
    known = await orders.find_order_by_key(tx, wish.subject_id, wish.key)
    if known is not None:
        if known.request_hash != wish.request_hash:
            raise KeyReused
        return known
    if bill.state != BillState.OPEN:
        raise NothingToPay(state=bill.state)
    order = Order(
        wish.subject_id,
        new_order_no(keyring, wish.subject_id),
        bill.bill_id,
        wish.channel,
        wish.scene,
        bill.amount_fen,
        OrderState.CREATED,
        None,
        wish.request_hash,
        None,
        None,
        _NO_FEN,
        _NO_FEN,
        _NO_FEN,
        now,
        now + LIFETIME,
        None,
    )
    next_query_at = next_order_query(wish.channel, now, order.expires_at, now)
    if not await orders.insert_order(tx, order, wish.key, next_query_at):
        raise KeyReused  # the same key at the same moment for another bill
    return order


async def _create(
    db: Database, redis: Redis, keyring: Keyring, provider: Provider, order: Order, wish: Wish, now: datetime
) -> Creation:
    """At the provider; done again after a crash it carries the same values."""
    new = NewOrder(
        order_no=order.order_no,
        amount_fen=order.amount_fen,
        subject=wish.title,
        scene=wish.scene,
        ordered_at=order.ordered_at,
        expires_at=order.expires_at,
        return_url=wish.return_url.format(order_no=order.order_no),
        payer_ip=wish.payer_ip,
        payer_openid=wish.payer_openid,
    )
    try:
        creation = await provider.create(new, now)
    except ProviderUnavailable:
        await note_failure(redis, wish.channel)
        raise
    except ProviderRefused:
        await note_failure(redis, wish.channel)
        await _note(db, keyring, order, ObservedState.FAILED, None, now)
        raise
    await note_success(redis, wish.channel)
    await _note(db, keyring, order, ObservedState.PENDING, creation, now)
    return creation


async def _note(
    db: Database, keyring: Keyring, order: Order, state: ObservedState, creation: Creation | None, now: datetime
) -> None:
    """What the provider answered; an order that has been paid meanwhile stays paid."""
    seen = Observation(channel=Channel(order.channel), kind=Kind.PAYMENT, state=state, order_no=order.order_no)
    async with db.transaction() as tx:
        await apply(tx, keyring, seen, Source.QUERY, now)
        if creation is not None:
            await orders.update_creation(tx, order, msgspec.json.encode(creation).decode())


async def _end_others(db: Database, keyring: Keyring, providers: Providers, wish: Wish, now: datetime) -> None:
    """Closes what is still open at providers, so that a bill is not paid twice; raises nothing about them.

    What cannot be closed now may still be paid: then that money is booked as overpayment and goes back.
    """
    for other in await orders.list_open_others(db, wish.subject_id, wish.bill_id, wish.key, _ATTEMPTS):
        if provider := providers.get(Channel(other.channel)):
            await asking.close(db, keyring, provider, other, now)
