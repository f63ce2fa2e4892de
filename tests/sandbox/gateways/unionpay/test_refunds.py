"""Refunds and voids, trades of their own."""

import pytest

from backend.payments.models import Kind, ObservedState
from backend.payments.providers.errors import ProviderRefused
from backend.payments.providers.protocol import RefundState
from tests.sandbox.gateways.unionpay.hall import REFUND, Hall, void_of


async def test_refunds_are_trades_of_their_own_accepted_first_and_told_later(hall: Hall) -> None:
    query_id = (await hall.paid()).observation.provider_txn_id or ""
    accepted = await hall.refund(500, query_id)
    underway = await hall.unionpay.query_refund(hall.refund_of(500, query_id), hall.town.now)
    repeated = await hall.refund(500, query_id)
    hall.town.by_schedule(31)
    first = (await hall.told(2)).observation
    await hall.refund(1499, query_id, "REF0000000000002")
    hall.town.by_schedule(31)
    second = (await hall.told(3)).observation
    with pytest.raises(ProviderRefused) as too_much:
        await hall.refund(1, query_id, "REF0000000000003")
    asked = await hall.unionpay.query_refund(hall.refund_of(500, query_id), hall.town.now)
    never_made = await hall.unionpay.query_refund(hall.refund_of(1, query_id, "REF0000000000009"), hall.town.now)

    assert (accepted, underway.state, repeated) == (RefundState.ACCEPTED, ObservedState.PENDING, RefundState.UNKNOWN)
    assert (first.kind, first.state, first.refund_no, first.amount_fen) == (
        Kind.REFUND,
        ObservedState.REFUNDED,
        REFUND,
        500,
    )
    assert (second.refund_no, second.amount_fen, second.provider_txn_id) == ("REF0000000000002", 1499, query_id)
    assert too_much.value.provider_code == "45"
    assert (asked.state, asked.provider_refund_id, asked.amount_fen) == (
        ObservedState.REFUNDED,
        first.provider_refund_id,
        500,
    )
    assert never_made.state is ObservedState.UNKNOWN
    assert (await hall.query()).state is ObservedState.PAID


async def test_a_refund_beyond_what_is_left_or_of_nothing_is_refused(hall: Hall) -> None:
    query_id = (await hall.paid()).observation.provider_txn_id or ""
    await hall.refund(1000, query_id)
    with pytest.raises(ProviderRefused) as beyond:
        await hall.refund(1000, query_id, "REF0000000000002")
    with pytest.raises(ProviderRefused) as of_nothing:
        await hall.refund(1, "5" * 21, "REF0000000000002")

    assert (beyond.value.provider_code, of_nothing.value.provider_code) == ("36", "35")


async def test_a_void_takes_back_the_whole_payment_on_its_clearing_day(hall: Hall) -> None:
    query_id = (await hall.paid()).observation.provider_txn_id or ""
    partial = await hall.code("backTransReq.do", void_of(query_id, "1000"))
    hall.town.later(hours=11)
    next_day = await hall.code("backTransReq.do", void_of(query_id))
    hall.town.later(hours=-1)
    whole = await hall.code("backTransReq.do", void_of(query_id))
    twice = await hall.code("backTransReq.do", void_of(query_id))
    another = await hall.code("backTransReq.do", void_of(query_id, number="REF0000000000002"))

    assert [partial, next_day, whole, twice, another] == ["36", "35", "00", "12", "45"]
