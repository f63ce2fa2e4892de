"""The receipt over HTTP: the payer's own, nobody else's; and what anybody learns who holds number and code."""

import re
from typing import Any

import pytest

from backend.payments import pages as payments_pages
from backend.payments.receipts import pages, routes
from backend.payments.receipts.pages import GUESSES
from backend.payments.receipts.pdf import PRINTS
from backend.payments.records import Order
from tests.hall import Hall
from tests.payments.till import Till, given_back


@pytest.fixture
def hall(till: Till) -> Hall:
    return Hall(
        [*payments_pages.HANDLERS, *pages.HANDLERS, *routes.HANDLERS],
        db=till.db,
        redis=till.redis,
        clock=till.clock,
        keyring=till.keyring,
        city=till.city,
        providers=till.providers,
    )


async def paid(till: Till) -> Order:
    order = await till.started()
    await till.pay(order)
    return order


async def receipt_of(hall: Hall, order: Order) -> dict[str, Any]:
    async with await hall.resident(order.subject_id) as payer:
        told: dict[str, Any] = (await payer.get(f"/api/payments/{order.order_no}/receipt")).json()
        return told


async def test_the_result_and_the_list_lead_to_it(till: Till, hall: Hall) -> None:
    order = await paid(till)
    path = f"/payments/{order.order_no}/receipt"
    async with await hall.resident(order.subject_id) as payer:
        result, bills = (await payer.get(f"/payments/{order.order_no}")).text, (await payer.get("/bills")).text
        page = await payer.get(path)
        pdf = await payer.get(f"{path}.pdf")

    assert f'href="{path}"' in result
    assert f'href="{path}.pdf"' in result
    assert f'href="{path}"' in bills
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    for said in ("测试", "人民币壹佰贰拾元整", "不是财政电子票据", "<span>PZ26</span><wbr><span>1120</span>"):
        assert said in page.text
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in pdf.headers["content-security-policy"]
    assert re.fullmatch(
        r"attachment; filename=\"receipt-PZ[0-9A-Z]{18}\.pdf\"; filename\*=UTF-8''[%0-9A-Za-z.-]+",
        pdf.headers["content-disposition"],
    )


async def test_others_find_nothing(till: Till, hall: Hall) -> None:
    order, open_one = await paid(till), await till.started()
    paths = [f"{prefix}/payments/{order.order_no}/receipt{kind}" for prefix in ("", "/api") for kind in ("", ".pdf")]
    async with (
        await hall.resident(await till.resident(2)) as stranger,
        await hall.resident(open_one.subject_id) as payer,
    ):
        answers = [await stranger.get(path) for path in paths]
        unpaid = await payer.get(f"/payments/{open_one.order_no}/receipt")
    async with hall.browser() as nobody:
        signed_out = await nobody.get(paths[0])

    assert {answer.status_code for answer in answers} == {404}
    assert unpaid.status_code == 404
    assert signed_out.status_code in {303, 401}


async def test_anybody_checks_it_by_number_and_code(till: Till, hall: Hall) -> None:
    order = await paid(till)
    told = await receipt_of(hall, order)
    async with hall.browser() as anybody:
        form = await anybody.get("/receipts/verify")
        right = await anybody.get(told["verification_url"])
        typed = await anybody.get("/receipts/verify", params={"no": told["receipt_no"].lower(), "code": told["code"]})

    assert form.status_code == right.status_code == typed.status_code == 200
    for said in ("凭证有效", "120.00", "出入境管理局", "测*", "2026-11-20", "普通护照"):
        assert said in right.text
    for unsaid in ("测试", order.order_no, "T-"):
        assert unsaid not in right.text
    assert right.headers["cache-control"] == "no-store"
    assert right.headers["referrer-policy"] == "no-referrer"
    assert set(re.findall(r"[?&](\w+)=", told["verification_url"])) == {"no", "code"}


async def test_a_wrong_pair_is_refused_in_one_way_and_not_for_ever(till: Till, hall: Hall) -> None:
    told = await receipt_of(hall, await paid(till))
    other = await receipt_of(hall, await paid(till))
    flipped = ("2" if told["code"][0] != "2" else "3") + told["code"][1:]
    pairs = [
        (told["receipt_no"], other["code"]),
        (told["receipt_no"], flipped),
        (told["receipt_no"], ""),
        ("PZ1", flipped),
    ]
    async with hall.browser() as guesser:
        answers = [await guesser.get("/receipts/verify", params={"no": no, "code": code}) for no, code in pairs]
        for _ in range(GUESSES.times - len(pairs)):
            await guesser.get("/receipts/verify", params={"no": "PZ1", "code": "A"})
        held = await guesser.get("/receipts/verify", params={"no": "PZ1", "code": "A"})
        right = await guesser.get("/receipts/verify", params={"no": told["receipt_no"], "code": told["code"]})

    assert {answer.status_code for answer in answers} == {404}
    assert all(answer.text.count("编号和验证码对不上") == 1 for answer in answers)
    assert "测*" not in "".join(answer.text for answer in answers)
    assert held.status_code == 429
    assert right.status_code == 200


async def test_what_went_back_is_said_to_everybody(till: Till, hall: Hall) -> None:
    order = await paid(till)
    told = await receipt_of(hall, order)
    await till.apply(given_back(order, "external1", 2_000))
    async with hall.browser() as anybody, await hall.resident(order.subject_id) as payer:
        part = await anybody.get(told["verification_url"])
        await till.apply(given_back(order, "external2", 10_000))
        whole = await anybody.get(told["verification_url"])
        own = await payer.get(f"/payments/{order.order_no}/receipt")
        listed = await payer.get("/bills")

    assert "部分退款" in part.text
    assert "20.00" in part.text
    assert "凭证有效" not in part.text
    assert "已退款，凭证不再有效" in whole.text
    assert "凭证有效" not in whole.text
    assert "已退款，凭证不再有效" in own.text
    assert f"/payments/{order.order_no}/receipt" in listed.text


async def test_printing_without_end_is_held_up(till: Till, hall: Hall) -> None:
    order = await paid(till)
    async with await hall.resident(order.subject_id) as payer:
        for _ in range(PRINTS.times):
            last = await payer.get(f"/payments/{order.order_no}/receipt.pdf")
        more = await payer.get(f"/payments/{order.order_no}/receipt.pdf")

    assert (last.status_code, more.status_code) == (200, 429)
