"""Asking a provider how an order or a refund stands, and putting the answer through the one effect."""

import contextlib
from datetime import datetime

from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.payments.models import Channel, Kind, Observation, ObservedState
from backend.payments.providers.errors import ProviderRefused, ProviderUnavailable
from backend.payments.providers.protocol import NewRefund, Provider, RefundAnswer
from backend.payments.providers.protocol import RefundState as Answered
from backend.payments.records import Order, Refund, RefundState, Source
from backend.payments.settlement import apply
from backend.payments.verdicts import Verdict

_TOLD = {
    Answered.ACCEPTED: ObservedState.PENDING,
    Answered.SUCCEEDED: ObservedState.REFUNDED,
    Answered.FAILED: ObservedState.FAILED,
    Answered.ABNORMAL: ObservedState.ABNORMAL,
    Answered.UNKNOWN: ObservedState.UNKNOWN,
}


async def ask(db: Database, keyring: Keyring, provider: Provider, order: Order, now: datetime) -> Verdict:
    """Past its end an order that nobody has paid is closed at the provider first. Without an answer nothing moves."""
    try:
        seen = await provider.query(order.order_no, order.ordered_at, now)
        if now >= order.expires_at and seen.state is ObservedState.PENDING:
            return await close(db, keyring, provider, order, now)
    except (ProviderUnavailable, ProviderRefused):
        return Verdict.NOTHING
    return await _apply(db, keyring, seen, now)


async def close(db: Database, keyring: Keyring, provider: Provider, order: Order, now: datetime) -> Verdict:
    """Closes an order and asks what has become of it: it may just have been paid."""
    with contextlib.suppress(ProviderUnavailable, ProviderRefused):
        await provider.close(order.order_no, now)
    try:
        seen = await provider.query(order.order_no, order.ordered_at, now)
    except (ProviderUnavailable, ProviderRefused):
        return Verdict.NOTHING
    return await _apply(db, keyring, seen, now)


async def ask_about_refund(
    db: Database, keyring: Keyring, provider: Provider, order: Order, refund: Refund, now: datetime
) -> Verdict:
    """Hands a refund over until the provider has accepted it, always under the same number; then asks about it.

    Asked for again, a refund is often answered only as a repetition: what has become of it, a query tells.
    """
    new = NewRefund(
        refund_no=refund.refund_no,
        order_no=refund.order_no,
        provider_txn_id=refund.provider_txn_id,
        amount_fen=refund.amount_fen,
        total_fen=order.amount_fen,
        reason=refund.reason,
        requested_at=refund.requested_at,
    )
    try:
        seen = None
        if refund.state == RefundState.REQUESTED:
            seen = _answered(order, refund, await provider.refund(new, now))
        if seen is None or seen.state is ObservedState.UNKNOWN:
            seen = await provider.query_refund(new, now)
    except (ProviderUnavailable, ProviderRefused):
        return Verdict.NOTHING
    return await _apply(db, keyring, seen, now)


async def _apply(db: Database, keyring: Keyring, seen: Observation, now: datetime) -> Verdict:
    async with db.transaction() as tx:
        return await apply(tx, keyring, seen, Source.QUERY, now)


def _answered(order: Order, refund: Refund, answer: RefundAnswer) -> Observation:
    return Observation(
        channel=Channel(order.channel),
        kind=Kind.REFUND,
        state=_TOLD[answer.state],
        order_no=order.order_no,
        refund_no=refund.refund_no,
        provider_txn_id=refund.provider_txn_id,
        provider_refund_id=answer.provider_refund_id,
        amount_fen=refund.amount_fen,
    )
