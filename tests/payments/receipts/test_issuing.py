"""Each settled bill has one receipt, whatever arrives how often; of what goes back it never keeps silent."""

import asyncio
import re
from pathlib import Path

import pytest

from backend.payments.errors import ReceiptNotFound
from backend.payments.models import Channel
from backend.payments.money import Fen
from backend.payments.receipts.models import Receipt, Standing
from backend.payments.receipts.numbers import code_of
from backend.payments.receipts.service import open_receipt, verify_receipt
from backend.payments.records import Order
from backend.payments.refunds import request_refund
from tests.payments.till import Till, given_back, told

MIGRATION = Path(__file__).parents[3] / "backend" / "migrations" / "0015_receipts.sql"


async def receipt_of(till: Till, order: Order) -> Receipt:
    return (await open_receipt(till.db, till.keyring, order.subject_id, order.order_no)).receipt


async def test_a_settled_bill_has_one_receipt_and_an_open_one_has_none(till: Till) -> None:
    order = await till.started()
    with pytest.raises(ReceiptNotFound):
        await receipt_of(till, order)

    await asyncio.gather(*(till.pay(order) for _ in range(8)))

    assert await till.db.fetchval("SELECT count(*) FROM receipts") == 1
    assert await till.db.fetchval("SELECT count(*) FROM receipt_directory") == 1
    receipt = await receipt_of(till, order)
    assert (receipt.amount_fen, receipt.standing, receipt.payee) == (12_000, Standing.VALID, "出入境管理局")
    assert (receipt.fee_name, receipt.provider_txn_id) == ("普通护照", f"T-{order.order_no}")


async def test_of_two_payments_at_once_the_one_that_settles_has_the_receipt(till: Till) -> None:
    owner, bill_id = await till.bill()
    orders = [await till.start(owner, bill_id, channel) for channel in (Channel.WECHAT, Channel.ALIPAY)]

    await asyncio.gather(*(till.pay(order) for order in orders))

    settled_by = await till.db.fetchval("SELECT settled_by FROM bills")
    assert await till.db.fetchval("SELECT array_agg(order_no) FROM receipts") == [settled_by]
    (other,) = [order for order in orders if order.order_no != settled_by]
    with pytest.raises(ReceiptNotFound):
        await receipt_of(till, other)


async def test_refunds_show_as_they_go(till: Till) -> None:
    order = await till.started()
    await till.pay(order)
    refund_no = await request_refund(
        till.db, till.keyring, order.subject_id, order.order_no, Fen(2_000), "多收", till.now
    )
    asked = await receipt_of(till, order)

    await till.apply(given_back(order, refund_no, 2_000))
    part = await receipt_of(till, order)
    await till.apply(given_back(order, "external1", 10_000))
    whole = await receipt_of(till, order)

    assert (asked.standing, asked.refunding_fen) == (Standing.VALID, 2_000)
    assert (part.standing, part.refunded_fen, part.refunding_fen) == (Standing.PARTLY_REFUNDED, 2_000, 0)
    assert (whole.standing, whole.refunded_fen) == (Standing.REFUNDED, 12_000)


async def test_money_that_was_never_owed_goes_back_without_touching_the_receipt(till: Till) -> None:
    order = await till.started()
    await till.pay(order)
    await till.apply(told(Channel.WECHAT, order.order_no, provider_txn_id="second"))
    back = await till.db.fetchval("SELECT refund_no FROM payment_refunds")
    await till.apply(given_back(order, back, 12_000, provider_txn_id="second"))

    receipt = await receipt_of(till, order)

    assert (await till.order(order)).refunded_fen == 12_000
    assert (receipt.standing, receipt.refunded_fen, receipt.refunding_fen) == (Standing.VALID, 0, 0)


async def test_only_the_payer_opens_it(till: Till) -> None:
    order = await till.started()
    await till.pay(order)

    with pytest.raises(ReceiptNotFound):
        await open_receipt(till.db, till.keyring, await till.resident(2), order.order_no)


async def test_number_and_code_together_show_a_little(till: Till) -> None:
    order = await till.started()
    await till.pay(order)
    number = (await receipt_of(till, order)).receipt_no
    code = code_of(till.keyring, number)

    shown = await verify_receipt(till.db, till.keyring, number.lower(), f"{code[:4]} {code[4:8]}-{code[8:]}")

    assert shown is not None
    assert (shown.payer, shown.receipt.amount_fen) == ("测*", 12_000)
    assert await verify_receipt(till.db, till.keyring, number, code_of(till.keyring, "PZ")) is None
    unknown = "PZ261120" + "A" * 12
    assert await verify_receipt(till.db, till.keyring, unknown, code_of(till.keyring, unknown)) is None


async def test_bills_settled_before_there_were_receipts_get_theirs(till: Till) -> None:
    order = await till.started()
    await till.pay(order)
    await till.db.execute("DELETE FROM receipts")
    await till.db.execute("DELETE FROM receipt_directory")

    for statement in MIGRATION.read_text().split("-- Bills that were settled before")[1].partition("\n")[2].split(";"):
        if statement.strip():
            await till.db.execute(statement)

    number = (await receipt_of(till, order)).receipt_no
    assert re.fullmatch(r"PZ261120[2-9A-HJ-NP-Z]{12}", number)
    assert await verify_receipt(till.db, till.keyring, number, code_of(till.keyring, number)) is not None
