"""Requests that are not the merchant's, or no form at all."""

import pytest

from tests.sandbox.gateways.unionpay.hall import GATEWAY, Hall, query_of


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signature": "bm8="}, "11"),
        ({"signature": "+++"}, "11"),
        ({"certId": "1"}, "11"),
        ({"version": "5.0.0"}, "10"),
        ({"signMethod": "11"}, "10"),
        ({"encoding": "GBK"}, "10"),
        ({"txnTime": "20261320000000"}, "10"),
        ({"merId": "777290058167152"}, "31"),
        ({"txnType": "01"}, "32"),
        ({"merId": ""}, "13"),
        ({"orderId": ""}, "13"),
        ({"orderId": "PAY0000000000009"}, "34"),
    ],
)
async def test_requests_that_are_not_the_merchants_are_refused(hall: Hall, changes: dict[str, str], code: str) -> None:
    await hall.paid()

    assert await hall.code("queryTrans.do", query_of(), **changes) == code


async def test_what_is_no_form_is_a_bad_format(hall: Hall) -> None:
    for body in (b"&", b"a=1&a=2", b"txnType=%FF", "商户=1".encode()):
        answer = await hall.town.http.post(f"{GATEWAY}/queryTrans.do", content=body)
        assert "respCode=10" in answer.text
