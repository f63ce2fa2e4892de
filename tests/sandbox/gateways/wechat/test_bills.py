"""The day's bill: written as published, and its address soon over."""

import gzip
import json

import pytest

from backend.payments.providers.errors import ProviderRefused
from backend.payments.providers.wechat.adapter import WechatPay
from tests.sandbox.gateways.town import Town
from tests.sandbox.gateways.wechat.hall import ORDER_NO, paid


async def test_the_bill_is_written_as_published(place: Town, hall: WechatPay) -> None:
    txn_id = await paid(place, hall)
    raw = await hall.download_bill(place.today, place.now)
    file = gzip.decompress(raw).decode()
    lines = file.split("\r\n")

    assert file.startswith("\ufeff交易时间,")
    assert (len(lines), lines[-1]) == (5, "")
    cells = lines[1].removeprefix("`").split(",`")
    assert len(cells) == len(lines[0].split(",")) == 27
    assert (cells[5], cells[6], cells[9], cells[12]) == (txn_id, ORDER_NO, "SUCCESS", "19.99")
    assert (cells[20], cells[22], cells[23]) == ("居住证签注费, 工本 费", "0.12000", "0.60%")
    assert lines[3] == "`1.0,`19.99,`0.00,`0.00,`0.12000,`19.99,`0.00"


async def test_a_bill_is_downloaded_within_thirty_seconds(place: Town, hall: WechatPay) -> None:
    await paid(place, hall)
    address = await bill_address(place, hall)
    place.later(seconds=30)

    with pytest.raises(ProviderRefused):
        await hall._client.send("GET", address, place.now)


async def bill_address(place: Town, hall: WechatPay) -> str:
    path = f"/v3/bill/tradebill?bill_date={place.today}&bill_type=ALL"
    told = json.loads((await hall._client.request("GET", path, place.now)).body)
    return hall._client.local_path(told["download_url"])
