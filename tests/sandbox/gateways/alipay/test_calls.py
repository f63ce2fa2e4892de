"""Calls that are not the merchant's, and business that makes no sense."""

from typing import Any

import pytest

from tests.sandbox.gateways.alipay.hall import ORDER, Hall


@pytest.mark.parametrize(
    ("changes", "code", "sub_code"),
    [
        ({"app_id": ""}, "40001", "isv.missing-app-id"),
        ({"app_id": "2021000000000009"}, "40002", "isv.invalid-app-id"),
        ({"method": "alipay.trade.nothing"}, "40002", "isv.invalid-method"),
        ({"sign_type": "RSA"}, "40002", "isv.invalid-signature-type"),
        ({"sign": "bm8="}, "40002", "isv.invalid-signature"),
        ({"sign": "+++"}, "40002", "isv.invalid-signature"),
        ({"timestamp": "yesterday"}, "40002", "isv.invalid-timestamp"),
        ({"timestamp": "2020-01-01 00:00:00"}, "40002", "isv.invalid-timestamp"),
        ({"app_cert_sn": ""}, "40001", "isv.missing-app-cert-sn"),
        ({"app_cert_sn": "0" * 32}, "40002", "isv.app-cert-not-exist"),
        ({"alipay_root_cert_sn": "0" * 32}, "40002", "isv.invalid-alipay-root-cert-sn"),
        ({"charset": "utf-16"}, "40002", "isv.invalid-charset"),
    ],
)
async def test_calls_that_are_not_the_merchants_are_refused(
    hall: Hall, changes: dict[str, str], code: str, sub_code: str
) -> None:
    told = await hall.call(**{"method": "alipay.trade.query", "content": {"out_trade_no": ORDER}} | changes)  # type: ignore[arg-type]

    [content] = told.values()  # no signature beside it
    assert (content["code"], content["sub_code"]) == (code, sub_code)


@pytest.mark.parametrize(
    ("method", "content"),
    [
        ("alipay.trade.query", {}),
        ("alipay.trade.query", {"out_trade_no": 1}),
        ("alipay.trade.refund", {"out_trade_no": ORDER, "refund_amount": "1.999"}),
        ("alipay.trade.refund", {"out_trade_no": ORDER, "refund_amount": "0.00"}),
        ("alipay.trade.refund", {"out_trade_no": ORDER, "refund_amount": "5.00"}),  # partial, without its number
        ("alipay.data.dataservice.bill.downloadurl.query", {"bill_type": "trade", "bill_date": "2026-02-30"}),
    ],
)
async def test_business_that_makes_no_sense_is_refused_signed(hall: Hall, method: str, content: Any) -> None:
    await hall.paid()
    told = await hall.call(method, content)

    assert told[f"{method.replace('.', '_')}_response"]["sub_code"] == "ACQ.INVALID_PARAMETER"
    assert "sign" in told


async def test_an_address_that_was_changed_opens_nothing(hall: Hall) -> None:
    creation = await hall.alipay.create(hall.order(), hall.town.now)
    assert creation.url is not None

    cheaper = await hall.town.phone.get(creation.url.replace("19.99", "00.01"))
    twice = await hall.town.phone.get(f"{creation.url}&app_id=1")

    assert (cheaper.status_code, "isv.invalid-signature" in cheaper.text) == (400, True)
    assert twice.json()["error_response"]["code"] == "40002"
    assert "还没有" in (await hall.town.phone.get("/")).text
