"""The ledger: added to only, corrected by turning a row around, and every invariant notices when it is broken."""

from uuid import uuid4

import asyncpg
import pytest

from backend.core.db import Database
from backend.payments import ledger
from backend.payments.ledger import Posting, payment_key
from backend.payments.models import Channel
from backend.payments.queries.invariants import INVARIANTS
from tests.payments.till import PRICE, Till


async def test_a_reversal_turns_a_row_around_once(till: Till) -> None:
    order = await till.started()
    await till.pay(order)
    key = payment_key(Channel.WECHAT, f"T-{order.order_no}")

    async with till.db.transaction() as tx:
        postings = [await ledger.reverse(tx, order.subject_id, key, till.now) for _ in range(2)]

    assert postings == [Posting.NEW, Posting.SAME]
    assert await till.balances() == {}
    assert await till.broken() == ["order_paid_equals_ledger"]
    await till.db.execute("DELETE FROM ledger_entries WHERE reverses_id IS NOT NULL")


async def test_an_effect_booked_differently_is_told(till: Till) -> None:
    order = await till.started()
    await till.pay(order)
    row = await ledger.queries.find_entry(till.db, order.subject_id, payment_key(Channel.WECHAT, f"T-{order.order_no}"))
    assert row is not None

    async with till.db.transaction() as tx:
        same = await ledger.post(tx, row._replace(entry_id=uuid4()))
        different = await ledger.post(tx, row._replace(entry_id=uuid4(), amount_fen=1))

    assert (same, different) == (Posting.SAME, Posting.DIFFERENT)


@pytest.mark.parametrize("wrong", ["amount_fen = 0", "amount_fen = -5", "credit = debit"])
async def test_the_database_refuses_a_row_that_would_not_balance(till: Till, wrong: str) -> None:
    await till.pay(await till.started())

    with pytest.raises(asyncpg.CheckViolationError):
        await till.db.execute(f"UPDATE ledger_entries SET {wrong}")


_CARDS = """INSERT INTO bank_cards
        (subject_id, card_id, number_hash, key_id, number_enc, last_four, source, added_at)
        SELECT subject_id, bill_id, '', 'k', '', '0000', 'holder', created_at FROM bills;"""
BREAKS = {
    "order_paid_equals_ledger": "DELETE FROM ledger_entries WHERE refund_no IS NULL",
    "order_refunded_equals_ledger": "DELETE FROM ledger_entries WHERE refund_no IS NOT NULL",
    "order_reserved_equals_refunds": "UPDATE payment_refunds SET amount_fen = amount_fen + 1",
    "order_refunded_equals_refunds": "UPDATE payment_refunds SET state = 'accepted'",
    "settled_bill_has_its_payment": "UPDATE bills SET amount_fen = 1 WHERE state = 'settled'",
    "settled_bill_has_its_receipt": "DELETE FROM receipts",
    "payment_of_a_bill_settles_it": "UPDATE bills SET state = 'open', settled_by = NULL",
    "overpayment_is_going_back": """DELETE FROM payment_refunds WHERE cause = 'overpayment';
        UPDATE payment_orders SET reserved_fen = 0 WHERE booked_to = 'overpayment'""",
    "channel_never_gives_more_than_it_took": "UPDATE ledger_entries SET amount_fen = 99999 WHERE refund_no IS NOT NULL",
    "payment_is_known_by_its_number": "DELETE FROM provider_transactions",
    "write_off_is_booked": """INSERT INTO statement_differences
        (subject_id, difference_id, channel, merchant, day, class, about, state, kind, effect_fen, run_id,
         first_seen_at, settled_at)
        SELECT subject_id, bill_id, 'wechat', 'm', '2026-11-19', 'amount', 'a', 'written_off', 'payment', 5, bill_id,
               created_at, created_at FROM bills""",
    "payout_equals_ledger": f"""{_CARDS}
        INSERT INTO payouts (subject_id, payout_no, card_id, beneficiary_id, rule, cause_id, purpose, amount_fen, state,
                             ordered_at, paid_at)
        SELECT subject_id, 'FF000001', bill_id, subject_id, 'r', 'c', 'p', 5, 'paid', created_at, created_at
        FROM bills""",
    "ledger_payout_has_its_payout": """INSERT INTO ledger_entries
        (subject_id, entry_id, effect_key, debit, credit, amount_fen, source, occurred_at, booked_at)
        SELECT subject_id, bill_id, 'payout:FF000001', 'payout', 'treasury', 5, 'query', created_at, created_at
        FROM bills""",
    "entitlement_is_paid_once": f"""{_CARDS}
        INSERT INTO payouts (subject_id, payout_no, card_id, beneficiary_id, rule, cause_id, purpose, amount_fen,
                             ordered_at)
        SELECT subject_id, 'FF00000' || n, bill_id, subject_id, 'r', 'c', 'p', 5, created_at
        FROM bills, generate_series(1, 2) AS n""",
}


@pytest.mark.parametrize("name", [name for name in INVARIANTS if name != "refunds_within_payment"])
async def test_every_invariant_notices_its_violation(db: Database, till: Till, name: str) -> None:
    from tests.payments.till import given_back

    owner, bill_id = await till.bill()
    first, second = await till.start(owner, bill_id), await till.start(owner, bill_id, Channel.ALIPAY)
    await till.pay(first)
    await till.pay(second)
    await till.apply(given_back(first, "EXT00000001", 500))
    assert await till.broken() == []

    await db.execute(BREAKS[name])

    assert name in await till.broken()
    await db.execute("TRUNCATE bills, payment_orders, payment_refunds, payment_history, ledger_entries CASCADE")
    await db.execute("TRUNCATE statement_differences, bank_cards CASCADE")


async def test_the_database_itself_keeps_refunds_within_the_payment(till: Till) -> None:
    await till.pay(await till.started())

    with pytest.raises(asyncpg.CheckViolationError):
        await till.db.execute("UPDATE payment_orders SET reserved_fen = $1", PRICE + 1)
