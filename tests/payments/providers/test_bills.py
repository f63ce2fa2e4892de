"""A day of each provider, read back to the fen, in bounded memory, and refused when it is not what it says."""

import gzip
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.payments.models import Kind, ObservedState
from backend.payments.providers.errors import BillRefused
from backend.payments.providers.statements import Statement, StatementRow, checked_rows
from tests.payments.providers import bill_days
from tests.payments.providers.alipay.gateway import alipay
from tests.payments.providers.bill_days import Trade, day
from tests.payments.providers.unionpay.gateway import unionpay
from tests.payments.providers.wechat.gateway import pay

DAY = date(2026, 11, 19)
PROVIDERS: dict[str, tuple[Any, Callable[[list[Trade]], bytes]]] = {
    "wechat": (pay(), bill_days.wechat),
    "alipay": (alipay(), bill_days.alipay),
    "unionpay": (unionpay(), bill_days.unionpay),
}
every_provider = pytest.mark.parametrize("name", PROVIDERS)


def statement(name: str, raw: bytes, on: date = DAY) -> Statement:
    found: Statement = PROVIDERS[name][0].read_bill(raw, on)
    return found


def read(name: str, raw: bytes) -> list[StatementRow]:
    return list(checked_rows(statement(name, raw)))


def written(name: str, trades: list[Trade]) -> bytes:
    return PROVIDERS[name][1](trades)


@every_provider
def test_every_trade_of_a_day_comes_back(name: str) -> None:
    trades = day(50)

    rows = read(name, written(name, trades))

    assert len(rows) == 50
    for row, trade in zip(rows, trades, strict=True):
        seen = row.observation
        assert (seen.channel, seen.amount_fen, row.received_fen) == (name, trade.fen, trade.fen)
        assert seen.kind is (Kind.REFUND if trade.is_refund else Kind.PAYMENT)
        assert seen.state is (ObservedState.REFUNDED if trade.is_refund else ObservedState.PAID)
        assert (seen.refund_no or "") == trade.refund_no
        assert seen.order_no == (None if name == "unionpay" and trade.is_refund else trade.order_no)
        assert seen.occurred_at == datetime(2026, 11, 19, 2, 0, tzinfo=UTC)


@every_provider
def test_a_refund_names_the_payment_it_belongs_to(name: str) -> None:
    rows = read(name, written(name, day(5)))

    payment, refund = rows[3].observation, rows[4].observation
    assert refund.provider_txn_id == payment.provider_txn_id


@every_provider
def test_fees_are_charged_and_given_back(name: str) -> None:
    rows = read(name, written(name, day(5)))

    back = {"wechat": -1, "alipay": 0, "unionpay": -1}[name]
    assert [row.fee_fen for row in rows] == [2, 2, 2, 2, back]


@every_provider
def test_a_day_without_trades_is_a_bill_too(name: str) -> None:
    if name != "unionpay":
        assert read(name, written(name, [])) == []


@pytest.mark.parametrize("name", ["wechat", "alipay"])
def test_the_bill_states_its_own_totals(name: str) -> None:
    trades = day(50)
    paid = sum(trade.fen for trade in trades if not trade.is_refund)
    back = sum(trade.fen for trade in trades if trade.is_refund)

    totals = statement(name, written(name, trades)).totals()

    assert totals is not None
    assert (totals.rows, totals.received_fen, totals.returned_fen) == (50, paid, back)


@pytest.mark.parametrize("name", ["wechat", "alipay"])
@given(at=st.integers(0, 19), more=st.integers(1, 500))
def test_one_changed_row_does_not_add_up_any_more(name: str, at: int, more: int) -> None:
    trades = day(20)
    honest, forged = written(name, trades), trades[:]
    forged[at] = replace(trades[at], fen=trades[at].fen + more)

    mixed = splice(name, honest, written(name, forged))

    with pytest.raises(BillRefused, match="add up"):
        read(name, mixed)


def splice(name: str, honest: bytes, forged: bytes) -> bytes:
    """The rows of one bill above the totals of another."""
    if name == "wechat":
        head, tail = (gzip.decompress(each).decode().split("总交易单数") for each in (forged, honest))
        return (head[0] + "总交易单数" + tail[1]).encode()
    texts = [zip_member(each) for each in (forged, honest)]
    text = texts[0].split("#交易合计")[0] + "#交易合计" + texts[1].split("#交易合计")[1]
    return bill_days.archive({"业务明细.csv": text.encode("gbk")})


def zip_member(raw: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        return packed.read(packed.namelist()[0]).decode("gbk")


@every_provider
def test_one_changed_row_is_the_only_one_that_differs(name: str) -> None:
    trades = day(20)
    changed = [*trades[:7], replace(trades[7], fen=1), *trades[8:]]

    before, after = read(name, written(name, trades)), read(name, written(name, changed))

    assert [row.line_no for row, other in zip(before, after, strict=True) if row != other] == [before[7].line_no]


@pytest.mark.slow
@every_provider
def test_a_hundred_thousand_rows_in_bounded_memory(name: str, tmp_path: Path) -> None:
    """Measured from outside, in a process of its own: what reading needs beyond the file itself."""
    trades, path = day(100_000), tmp_path / "bill"
    path.write_bytes(written(name, trades))

    program = [sys.executable, "-m", "tests.payments.providers.reading_a_bill", name, str(path)]
    told = json.loads(subprocess.run(program, check=True, capture_output=True).stdout)

    print(f"{name}: {told}")
    assert told["rows"] == 100_000
    assert told["payments_fen"] == sum(trade.fen for trade in trades if not trade.is_refund)
    assert told["refunds_fen"] == sum(trade.fen for trade in trades if trade.is_refund)
    assert told["more_kib"] < 8 * 1024


@pytest.mark.parametrize(
    "remark", ["", ",", ",,,", "1.00,2.00,3.00", "退款,2026-11-19 10:00:00", "0.00,0.00,0.00,0.00,0.00,0.00,0.00"]
)
@pytest.mark.parametrize("subject", ["签注费", "", ",", "a,b,c", "1.00,2.00,3.00,4.00,5.00,6.00,7.00"])
def test_commas_of_alipays_names_and_remarks_move_nothing(subject: str, remark: str) -> None:
    rows = read("alipay", bill_days.alipay(day(5), subject=subject, remark=remark))

    assert [row.observation.amount_fen for row in rows] == [trade.fen for trade in day(5)]
    assert rows[4].observation.refund_no == day(5)[4].refund_no


def test_wechats_bill_is_read_compressed_and_not() -> None:
    trades = day(5)

    assert read("wechat", bill_days.wechat(trades)) == read("wechat", bill_days.wechat(trades, compressed=False))


def test_unionpays_file_is_read_packed_and_not() -> None:
    trades = day(5)

    assert read("unionpay", bill_days.unionpay(trades)) == read("unionpay", bill_days.unionpay_file(trades))


def test_an_evening_of_december_stays_in_its_year() -> None:
    raw = bill_days.unionpay_file(day(1), sent_at="1231233000")

    row = next(statement("unionpay", raw, date(2027, 1, 1)).rows())

    assert row.observation.occurred_at == datetime(2026, 12, 31, 15, 30, tzinfo=UTC)


def test_a_line_of_unionpay_is_as_long_as_published() -> None:
    assert bill_days.unionpay_file(day(1)).index(b"\r\n") == 607


WECHAT = bill_days.wechat(day(5), compressed=False).decode()
ALIPAY = zip_member(bill_days.alipay(day(5)))
UNIONPAY = bill_days.unionpay_file(day(5))
FIRST = WECHAT.split("\r\n")[1]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("wechat", b""),
        ("wechat", b"\x1f\x8b garbage"),
        ("wechat", bill_days.wechat(day(5))[:-9]),
        ("wechat", WECHAT.encode("gbk", "ignore")),
        ("wechat", WECHAT.replace("手续费,", "费用,").encode()),
        ("wechat", WECHAT.replace("总交易单数", "总数").encode()),
        ("wechat", WECHAT.split("总交易单数")[0].encode()),
        ("wechat", WECHAT.replace("`1900000109", "`1900000110").encode()),
        ("wechat", WECHAT.replace("`CNY", "`USD").encode()),
        ("wechat", WECHAT.replace("`0.02000", "`0.02001").encode()),
        ("wechat", WECHAT.replace("`5.0,", "`5.5,").encode()),
        ("wechat", WECHAT.replace("`1.00,", "`1e0,").encode()),
        ("wechat", WECHAT.replace(FIRST, FIRST + ",`more").encode()),
        ("wechat", WECHAT.replace(FIRST, FIRST + "x" * 9000).encode()),
        ("wechat", (WECHAT + FIRST).encode()),
        ("wechat", (FIRST + "\r\n" + WECHAT).encode()),
        ("alipay", b""),
        ("alipay", b"PK garbage"),
        ("alipay", bill_days.archive({})),
        ("alipay", bill_days.archive({"业务明细.csv": b"", "2_业务明细.csv": b""})),
        ("alipay", bill_days.archive({"业务明细.csv": b""})),
        ("alipay", bill_days.archive({"业务明细.csv": ALIPAY.encode()})),
        ("alipay", bill_days.archive({"业务明细.csv": ALIPAY.replace("服务费", "费用").encode("gbk")})),
        ("alipay", bill_days.archive({"业务明细.csv": ALIPAY.replace("#退款合计", "#").encode("gbk")})),
        ("alipay", bill_days.archive({"业务明细.csv": ALIPAY.replace(",退款,", ",退货,").encode("gbk")})),
        ("alipay", bill_days.archive({"业务明细.csv": ALIPAY.replace(",-1.04,", ",1.04,").encode("gbk")})),
        ("alipay", bill_days.archive({"业务明细.csv": ALIPAY.replace("11-19 10:", "13-19 10:").encode("gbk")})),
        ("unionpay", b"PK garbage"),
        ("unionpay", UNIONPAY[:-10]),
        ("unionpay", UNIONPAY.replace(b"777290058167151", b"777290058167152")),
        ("unionpay", UNIONPAY.replace(b"000000000100", b"0000000001.0")),
        ("unionpay", UNIONPAY.replace(b"D000000000002", b"X000000000002")),
        ("unionpay", UNIONPAY.replace(b"1119100000", b"1319100000")),
        ("unionpay", UNIONPAY.replace(b"PAY0000000000000 ", b"\xff\xff\xff0000000000000 ")),
        ("unionpay", UNIONPAY.replace(b"S22 ", b"S22x")),
        ("unionpay", bill_days.archive({"INN26111988ZME_1": b""})),
    ],
)
def test_a_bill_that_is_not_what_it_says_is_refused(name: str, raw: bytes) -> None:
    with pytest.raises(BillRefused):
        read(name, raw)


@every_provider
@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"`", "\ufeff".encode()]))
def test_whatever_is_uploaded_ends_as_a_refusal_or_as_nothing(name: str, raw: bytes, start: bytes) -> None:
    try:
        assert read(name, start + raw) == []
    except BillRefused as refused:
        assert refused.facts["problem"]  # noqa: PT017
