"""The page that a phone comes in by: from the hall, soon, and back to the hall."""

import httpx
import pytest

from backend.payments.providers.wechat.adapter import WechatPay
from tests.sandbox.gateways.town import Town
from tests.sandbox.gateways.wechat.hall import FROM_HALL, ORDER_NO, order


async def test_the_way_in_and_back(place: Town, hall: WechatPay) -> None:
    created = await hall.create(order(place), place.now)

    let_in = await place.phone.get(str(created.url), headers=FROM_HALL)
    cashier = await place.phone.get(let_in.headers["location"])

    assert (let_in.status_code, let_in.headers["location"]) == (303, f"/cashier/{ORDER_NO}")
    assert f'href="{order(place).return_url}"' in cashier.text
    assert "确认支付" in cashier.text
    await place.pay(ORDER_NO)
    assert "支付成功" in (await place.phone.get(f"/cashier/{ORDER_NO}")).text


@pytest.mark.parametrize(
    ("headers", "query", "later_s", "words"),
    [
        ({}, {}, 0, "商家参数格式有误"),
        ({"Referer": "https://evil.example/"}, {}, 0, "未配置"),
        (FROM_HALL, {"redirect_url": "https://evil.example/"}, 0, "未配置"),
        (FROM_HALL, {"redirect_url": "javascript:alert(1)"}, 0, "未配置"),
        (FROM_HALL, {"redirect_url": "http://[::1"}, 0, "未配置"),
        (FROM_HALL, {"package": "१"}, 0, "已失效"),
        (FROM_HALL, {}, 300, "已失效"),
        (FROM_HALL, {"prepay_id": "wx20261120100000PAY9"}, 0, "没有这笔订单"),
    ],
)
async def test_who_is_not_let_in(
    place: Town, hall: WechatPay, headers: dict[str, str], query: dict[str, str], later_s: int, words: str
) -> None:
    url = httpx.URL(str((await hall.create(order(place), place.now)).url))
    place.later(seconds=later_s)

    refused = await place.phone.get(url.copy_merge_params(query), headers=headers)

    assert words in refused.text
    assert refused.status_code in {403, 404}
