"""Requests that are refused: not the merchant's, or beyond the published bounds."""

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.payments.providers.errors import ProviderRefused
from backend.payments.providers.wechat.adapter import WechatPay
from tests.payments.providers.keys import private_pem
from tests.sandbox.gateways.town import Town
from tests.sandbox.gateways.wechat.hall import adapter, order


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"merchant_serial": "5F1C72E2A8931B72A2E13AF8DEE92471EB397115"}, "SIGN_ERROR"),
        ({"merchant_key_pem": private_pem("a stranger")}, "SIGN_ERROR"),
        ({"mchid": "1900000110"}, "SIGN_ERROR"),
        ({"appid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH"),
        ({"notify_url": "ftp://hall.example/"}, "PARAM_ERROR"),
    ],
)
async def test_who_is_not_the_merchant_is_refused(place: Town, change: dict[str, str], code: str) -> None:
    with pytest.raises(ProviderRefused) as refused:
        await adapter(place, **change).create(order(place), place.now)

    assert refused.value.provider_code == code


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_fen": 0},
        {"amount_fen": 10**10},
        {"subject": ""},
        {"order_no": "PAY/0001"},
        {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)},
    ],
)
async def test_orders_beyond_the_published_bounds_are_refused(
    place: Town, hall: WechatPay, changes: dict[str, Any]
) -> None:
    with pytest.raises(ProviderRefused) as refused:
        await hall.create(order(place, **changes), place.now)

    assert refused.value.provider_code == "PARAM_ERROR"
