"""Asks about what is open, by the schedules: after lost callbacks or an outage all settles still."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.payments import asking
from backend.payments.channels import Providers
from backend.payments.models import Channel
from backend.payments.queries import orders as order_queries
from backend.payments.queries import refunds as refund_queries
from backend.payments.records import Order, Refund
from backend.payments.schedules import next_order_query, next_refund_query

_AT_ONCE = 50
_SIDE_BY_SIDE = 8  # questions to providers under way at a time
_CLAIMED_FOR = timedelta(minutes=2)  # another worker takes over after this long
Due = TypeVar("Due")


async def poll_orders(db: Database, keyring: Keyring, providers: Providers, now: datetime) -> bool:
    """One round; True when there may be more. Any number of workers may run it."""
    until = now + _CLAIMED_FOR
    async with db.transaction() as tx:
        due = await order_queries.claim_orders_to_query(tx, now, until, _AT_ONCE)

    async def settle(order: Order) -> None:
        channel = Channel(order.channel)
        if provider := providers.get(channel):
            await asking.ask(db, keyring, provider, order, now)
        following = next_order_query(channel, order.ordered_at, order.expires_at, now)
        await order_queries.update_next_query(db, order, until, following)

    await _side_by_side(due, settle)
    return len(due) == _AT_ONCE


async def poll_refunds(db: Database, keyring: Keyring, providers: Providers, now: datetime) -> bool:
    """Hands over and asks about refunds; True when there may be more."""
    until = now + _CLAIMED_FOR
    async with db.transaction() as tx:
        due = await refund_queries.claim_refunds_to_ask(tx, now, until, _AT_ONCE)

    async def settle(refund: Refund) -> None:
        order = await order_queries.find_order(db, refund.subject_id, refund.order_no)
        if order is None:
            return
        channel = Channel(order.channel)
        if provider := providers.get(channel):
            await asking.ask_about_refund(db, keyring, provider, order, refund, now)
        following = next_refund_query(channel, refund.requested_at, now)
        await refund_queries.update_next_ask(db, refund, until, following)

    await _side_by_side(due, settle)
    return len(due) == _AT_ONCE


async def _side_by_side(due: Sequence[Due], settle: Callable[[Due], Awaitable[None]]) -> None:
    """Several at a time; a failing one is tried again when its claim ends, after all others have had their turn."""
    gate = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def one(each: Due) -> None:
        async with gate:
            await settle(each)

    failures = [result for result in await asyncio.gather(*map(one, due), return_exceptions=True) if result]
    for failure in failures:
        raise failure
