"""The bill of a day, and the address it is fetched from."""

from datetime import timedelta

import pytest

from backend.payments.models import Kind, OrderNo
from backend.payments.money import Fen
from backend.payments.providers.errors import BillUnavailable
from backend.payments.providers.statements import Tally, checked_rows
from backend.sandbox.gateways.alipay.amounts import charge
from tests.sandbox.gateways.alipay.hall import REFUND, Hall


async def test_the_bill_of_a_day_adds_up(hall: Hall) -> None:
    await hall.paid()
    await hall.refund(500)
    await hall.refund(300, "REF0000000000002")
    second = OrderNo("PAY0000000000002")
    await hall.open(order_no=second, amount_fen=Fen(100000), subject="补办，㊣ 证")
    await hall.town.pay(second)
    day = hall.town.today
    with pytest.raises(BillUnavailable):
        await hall.alipay.download_bill(day, hall.town.now)
    hall.town.later(days=1)
    raw = await hall.alipay.download_bill(day, hall.town.now)
    with pytest.raises(BillUnavailable):
        await hall.alipay.download_bill(day - timedelta(days=1), hall.town.now)

    tally = Tally()
    rows = list(checked_rows(hall.alipay.read_bill(raw, day)))
    for row in rows:
        tally.add(row)
    totals, fees = tally.totals(), charge(1999) + charge(100000) - charge(500) - charge(300)
    assert (totals.payments, totals.payments_fen, totals.received_fen) == (2, 101999, 101999)
    assert (totals.refunds, totals.refunds_fen, totals.fees_fen) == (2, 800, fees)
    assert [row.observation.refund_no for row in rows if row.observation.kind is Kind.REFUND] == [
        REFUND,
        "REF0000000000002",
    ]


async def test_the_bills_address_lives_thirty_seconds(hall: Hall) -> None:
    await hall.paid()
    day = hall.town.today
    hall.town.later(days=1)
    content = {"bill_type": "trade", "bill_date": day.isoformat()}
    told = await hall.call("alipay.data.dataservice.bill.downloadurl.query", content)
    address = told["alipay_data_dataservice_bill_downloadurl_query_response"]["bill_download_url"]

    hall.town.later(seconds=30)
    in_time = await hall.town.http.get(address)
    hall.town.later(seconds=1)
    too_late = await hall.town.http.get(address)

    assert (in_time.status_code, in_time.content[:2]) == (200, b"PK")
    assert too_late.status_code == 403
