"""Bills come as a feed: corrected and withdrawn as long as nobody has paid, and by the payer alone to be seen."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from backend.citizens.models import Holder, SubjectKind
from backend.departments.answers import Answer
from backend.departments.feeds import take_feed
from backend.departments.models import DepartmentKey
from backend.payments import routes
from backend.payments.bill_feed import BillFeed
from backend.payments.bill_lines import Declared
from backend.payments.bills import list_bills
from backend.payments.fiscal import Fiscal, FiscalBill, open_fiscal
from backend.payments.money import Fen
from tests.departments.feeding import Town, codes, lines_of, ndjson, person, stream
from tests.hall import Hall
from tests.payments.till import Till


def bill_line(n: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"B-{n}",
        "fee": "passport",
        "payer": person(n),
        "amount_fen": 12_000,
        "payee": "上海市公安局出入境管理局",
        "reference": f"CASE-{n}",
        "due_on": "2026-12-18",
        "updated_at": "2026-11-01T08:00:00+08:00",
    } | fields


async def feed(town: Town, key: DepartmentKey, lines: Iterable[dict[str, Any]]) -> Answer:
    taken = BillFeed(key, town.city, town.keyring)
    return (await take_feed(town.db, taken, key.department_id, stream(ndjson(lines)), town.clock)).answer("en")


async def test_bills_are_stored_once_and_shown_to_their_payer(town: Town, till: Till) -> None:
    key = await town.department("bills:*")

    first = await feed(town, key, [bill_line(1), bill_line(2)])
    again = await feed(town, key, [bill_line(1), bill_line(2)])

    assert lines_of(first.accepted.lines) == [1, 2]
    assert lines_of(again.unchanged.lines) == [1, 2]
    bills, _ = await list_bills(town.db, [await till.resident(1)])
    assert [(bill.amount_fen, bill.state) for bill in bills] == [(12_000, "open")]
    assert bills[0].basis == "发改价格规〔2019〕914号"
    assert bills[0].bill_no.startswith("SP261120")


async def test_the_reference_is_sealed(town: Town) -> None:
    await feed(town, await town.department("bills:*"), [bill_line(1)])

    sealed = await town.db.fetchval("SELECT reference_enc FROM bills")

    assert b"CASE" not in sealed


async def test_a_bill_may_be_corrected_and_withdrawn_until_it_is_paid(town: Town, till: Till) -> None:
    key = await town.department("bills:*")
    await feed(town, key, [bill_line(1)])
    await feed(town, key, [bill_line(1, amount_fen=24_000, updated_at="2026-11-02T08:00:00+08:00")])
    assert await town.db.fetchval("SELECT amount_fen FROM bills") == 24_000
    await feed(town, key, [bill_line(1, withdrawn=True, updated_at="2026-11-03T08:00:00+08:00")])
    assert await list_bills(town.db, [await till.resident(1)]) == ([], False)

    await feed(town, key, [bill_line(1, updated_at="2026-11-04T08:00:00+08:00")])
    bill = (await list_bills(town.db, [await till.resident(1)]))[0][0]
    await till.pay(await till.start(bill.subject_id, bill.bill_id))
    late = await feed(town, key, [bill_line(1, withdrawn=True, updated_at="2026-11-05T08:00:00+08:00")])

    assert codes(late) == [(1, "already_paid")]
    assert await town.db.fetchval("SELECT state FROM bills") == "settled"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"fee": "nothing"}, "unknown_fee"),
        ({"amount_fen": 0}, "wrong_type"),
        ({"amount_fen": 12_000.5}, "wrong_type"),
        ({"amount_fen": "12000"}, "wrong_type"),
        ({"amount_fen": True}, "wrong_type"),
        ({"due_on": "2026-02-30"}, "bad_date"),
        ({"updated_at": "2027-01-01T00:00:00+08:00"}, "in_future"),
        ({"payer": {"kind": "person", "number": "1", "name": "测试"}}, "bad_number"),
        ({"colour": "red"}, "unknown_field"),
    ],
)
async def test_bad_lines_are_refused(town: Town, fields: dict[str, Any], code: str) -> None:
    answer = await feed(town, await town.department("bills:*"), [bill_line(1, **fields)])

    assert codes(answer) == [(1, code)]


async def test_a_key_feeds_its_own_fees_only(town: Town) -> None:
    answer = await feed(town, await town.department("bills:vehicle-plate"), [bill_line(1)])

    assert codes(answer) == [(1, "out_of_scope")]


async def test_an_id_keeps_its_fee(town: Town) -> None:
    key = await town.department("bills:*")
    await feed(town, key, [bill_line(1)])

    answer = await feed(town, key, [bill_line(1, fee="passport-remark", updated_at="2026-11-02T08:00:00+08:00")])

    assert codes(answer) == [(1, "fee_changed")]


async def test_over_http(town: Town, redis: Redis) -> None:
    hall = Hall(routes.HANDLERS, db=town.db, redis=redis, clock=town.clock, keyring=town.keyring, city=town.city)

    async with hall.browser() as department:
        answer = await department.post("/api/feeds/bills", content=ndjson([bill_line(1)]))

    assert answer.status_code == 401


FISCAL = {
    "payment_code": "31000026000012345678",
    "fiscal_bill": {"code": "31010126", "number": "0001234567", "check": "a1B2c3"},
}


async def fiscal_of(town: Town, till: Till, n: int = 1) -> Fiscal:
    owner = await till.resident(n)
    row = await town.db.fetchrow("SELECT bill_id, key_id, fiscal_enc FROM bills WHERE subject_id = $1", owner)
    return open_fiscal(town.keyring, row["bill_id"], row["key_id"], row["fiscal_enc"])


async def test_the_fiscal_bill_comes_after_the_payment(town: Town, till: Till) -> None:
    key = await town.department("bills:*")
    await feed(town, key, [bill_line(1, payment_code=FISCAL["payment_code"])])
    assert await fiscal_of(town, till) == Fiscal("31000026000012345678")
    bill = (await list_bills(town.db, [await till.resident(1)]))[0][0]
    await till.pay(await till.start(bill.subject_id, bill.bill_id))
    told = await town.db.fetchval("SELECT count(*) FROM events WHERE type = 'payments.bill_recorded'")

    later = await feed(town, key, [bill_line(1, updated_at="2026-11-05T08:00:00+08:00", **FISCAL)])

    assert lines_of(later.accepted.lines) == [1]
    assert await fiscal_of(town, till) == Fiscal("31000026000012345678", FiscalBill("31010126", "0001234567", "a1B2c3"))
    assert await town.db.fetchval("SELECT state FROM bills") == "settled"
    assert await town.db.fetchval("SELECT count(*) FROM events WHERE type = 'payments.bill_recorded'") == told
    for n, changed in enumerate(({"amount_fen": 24_000}, {"reference": "CASE-2"}, {"payee": "别处"}, {"due_on": None})):
        line = bill_line(1, updated_at=f"2026-11-06T08:00:0{n}+08:00", **FISCAL, **changed)
        assert codes(await feed(town, key, [line])) == [(1, "already_paid")]


async def test_fiscal_numbers_are_sealed_and_leave_older_fingerprints_alone(town: Town) -> None:
    key = await town.department("bills:*")
    await feed(town, key, [bill_line(1, **FISCAL)])

    assert b"0001234567" not in await town.db.fetchval("SELECT fiscal_enc FROM bills")
    assert b"fiscal" not in msgspec.json.encode(
        Declared("f", Holder(SubjectKind.PERSON, "1", "n"), Fen(1), "b", "p", None, None, False)
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"payment_code": "3100002600001234567"}, "bad_payment_code"),
        ({"payment_code": "３1000026000012345678"}, "bad_payment_code"),
        ({"fiscal_bill": {"code": "310101", "number": "0001234567", "check": "a1B2c3"}}, "bad_fiscal_bill"),
        ({"fiscal_bill": {"code": "31010126", "number": "1234567", "check": "a1B2c3"}}, "bad_fiscal_bill"),
        ({"fiscal_bill": {"code": "31010126", "number": "0001234567", "check": "a1B2c"}}, "bad_fiscal_bill"),
        ({"fiscal_bill": {"code": "31010126", "number": "0001234567"}}, "missing_field"),
    ],
)
async def test_bad_fiscal_numbers_are_refused(town: Town, fields: dict[str, Any], code: str) -> None:
    answer = await feed(town, await town.department("bills:*"), [bill_line(1, **fields)])

    assert codes(answer) == [(1, code)]
