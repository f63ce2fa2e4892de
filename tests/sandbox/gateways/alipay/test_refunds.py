"""Money back, once per number."""

import pytest

from backend.payments.models import ObservedState
from backend.payments.providers.errors import ProviderRefused
from backend.payments.providers.protocol import RefundState
from tests.sandbox.gateways.alipay.hall import REFUND, Hall, fields_of


async def test_refunds_move_money_once_per_number_and_tell_the_sum(hall: Hall) -> None:
    await hall.paid()

    first = await hall.refund(500)
    repeated = await hall.refund(500)
    partial = await hall.told(2)
    second = await hall.refund(1499, "REF0000000000002")
    whole = await hall.told(3)
    with pytest.raises(ProviderRefused) as other_amount:
        await hall.refund(400)
    with pytest.raises(ProviderRefused) as too_much:
        await hall.refund(1, "REF0000000000003")
    asked = await hall.alipay.query_refund(hall.refund_of(500), hall.town.now)
    never_made = await hall.alipay.query_refund(hall.refund_of(500, "REF0000000000009"), hall.town.now)

    assert (first, repeated, second) == (RefundState.SUCCEEDED, RefundState.UNKNOWN, RefundState.SUCCEEDED)
    assert partial.observation.state is ObservedState.PARTIALLY_REFUNDED
    assert (partial.observation.refund_no, partial.observation.refunded_total_fen) == (REFUND, 500)
    assert whole.observation.state is ObservedState.REFUNDED
    assert (whole.observation.refund_no, whole.observation.refunded_total_fen) == ("REF0000000000002", 1999)
    assert other_amount.value.provider_code == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert too_much.value.provider_code == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    assert (asked.state, asked.refund_no, asked.amount_fen) == (ObservedState.REFUNDED, REFUND, 500)
    assert never_made.state is ObservedState.UNKNOWN
    assert (await hall.query()).state is ObservedState.PAID  # closed at Alipay, and yet it was paid
    assert len(hall.town.merchant.deliveries) == 3


async def test_the_refunds_notices_look_as_published(hall: Hall) -> None:
    await hall.paid()
    await hall.refund(500)
    paid, back = (fields_of(each.body) for each in await hall.town.merchant.waits_for(2))

    assert paid.keys() >= {
        "notify_time", "notify_type", "notify_id", "app_id", "auth_app_id", "charset", "version", "sign_type", "sign",
        "trade_no", "out_trade_no", "buyer_id", "buyer_logon_id", "seller_id", "seller_email", "trade_status",
        "total_amount", "receipt_amount", "invoice_amount", "buyer_pay_amount", "point_amount", "subject",
        "gmt_create", "gmt_payment", "fund_bill_list",
    }  # fmt: skip
    assert "refund_fee" not in paid
    assert (back["trade_status"], back["refund_fee"], back["out_biz_no"]) == ("TRADE_SUCCESS", "5.00", REFUND)
    assert back["gmt_refund"].startswith(f"{hall.town.now:%Y-%m-%d %H:%M:%S}.")
    assert back["notify_id"] != paid["notify_id"]
