"""The file of a clearing day."""

import io
import zipfile
from datetime import datetime, timedelta

import pytest

from backend.core.clock import SHANGHAI
from backend.payments.models import OrderNo
from backend.payments.money import Fen
from backend.payments.providers.errors import BillUnavailable
from backend.payments.providers.statements import Tally, checked_rows
from backend.sandbox.gateways.unionpay.files import charge
from tests.sandbox.gateways.unionpay.hall import REFUND, Hall


async def test_the_file_of_a_clearing_day_adds_up(hall: Hall) -> None:
    query_id = (await hall.paid()).observation.provider_txn_id or ""
    day = hall.town.today
    await hall.refund(500, query_id)
    hall.town.by_schedule(31)
    await hall.told(2)
    with pytest.raises(BillUnavailable):
        await hall.unionpay.download_bill(day, hall.town.now)
    hall.town.clock.at = datetime(day.year, day.month, day.day, 23, 0, tzinfo=SHANGHAI)
    hall.ordered_at, second = hall.town.now, OrderNo("PAY0000000000002")
    await hall.open(order_no=second, amount_fen=Fen(100000))
    await hall.town.pay(second)
    raw = await hall.unionpay.download_bill(day, hall.town.now)
    with pytest.raises(BillUnavailable):
        await hall.unionpay.download_bill(day + timedelta(days=1), hall.town.now)
    hall.town.later(days=1)
    next_raw = await hall.unionpay.download_bill(day + timedelta(days=1), hall.town.now)

    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        trades, *others = archive.namelist()
        lines = archive.read(trades).split(b"\r\n")
    mer_id = hall.town.section["mer_id"]
    assert trades == f"INN{day:%y%m%d}88ZM_{mer_id}"
    assert others == [f"INN{day:%y%m%d}88ZME_{mer_id}", f"RD2008{day:%y%m%d}_{mer_id}"]
    assert [len(line) for line in lines] == [607, 607, 0]

    tally = Tally()
    rows = list(checked_rows(hall.unionpay.read_bill(raw, day)))
    for row in rows:
        tally.add(row)
    totals, fees = tally.totals(), charge(1999) - charge(500)
    assert (totals.payments, totals.payments_fen, totals.received_fen) == (1, 1999, 1999)
    assert (totals.refunds, totals.refunds_fen, totals.returned_fen, totals.fees_fen) == (1, 500, 500, fees)
    assert [row.observation.refund_no for row in rows] == [None, REFUND]
    [late] = checked_rows(hall.unionpay.read_bill(next_raw, day + timedelta(days=1)))
    assert (late.observation.order_no, late.observation.amount_fen) == (second, 100000)
    assert late.observation.occurred_at == datetime(day.year, day.month, day.day, 23, 0, tzinfo=SHANGHAI)
