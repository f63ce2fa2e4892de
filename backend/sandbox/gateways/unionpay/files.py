"""The files of a clearing day: ZM (trades), ZME (errors, none here) and RD (report), in a zip ("对账文件")."""

import base64
import zlib
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.records import Refund, Trade
from backend.sandbox.gateways.unionpay.facts import CARD, trace_no, trace_time
from backend.sandbox.gateways.unionpay.refusals import Code, Refused
from backend.sandbox.gateways.unionpay.requests import require, require_kind
from backend.sandbox.gateways.unionpay.times import CUT, day_named

WIDTHS = (
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13,
    13, 8, 32, 13, 13, 12, 2, 1, 32, 98,
)  # fmt: skip
_AGENT, _SENDER, _TRADE_CODES = "00000040", "00010000", {"01": "S22", "04": "S30", "31": "S32"}


def download(counter: Counter, mer_id: str, fields: Mapping[str, str]) -> dict[str, str]:
    """Of a clearing day that is over and had trades; raises Refused."""
    require_kind(fields, "76", "01")
    require(fields, "settleDate", "fileType")
    text = fields["settleDate"]
    if fields["fileType"] != "00" or len(text) != 4 or not (text.isascii() and text.isdigit()):
        raise Refused(Code.FORMAT, "settleDate")
    day = day_named(text, counter.now())
    trades, refunds = counter.book.day(day, CUT) if day else ([], [])
    if day is None or not (trades or refunds):
        raise Refused(Code.NO_FILE)
    packed = zlib.compress(_zipped(counter, mer_id, day, trades, refunds))
    return {
        "fileType": "00",
        "settleDate": text,
        "fileName": f"{mer_id}_{day:%Y%m%d}.zip",
        "fileContent": base64.b64encode(packed).decode(),
    }


def charge(fen: int) -> int:
    """0.6 %, rounded to the fen."""
    return (fen * 6 + 500) // 1000


def _zipped(counter: Counter, mer_id: str, day: date, trades: list[Trade], refunds: list[Refund]) -> bytes:
    rows = [_payment(trade, mer_id) for trade in trades]
    rows += [_refund(refund, counter.book.find_trade(refund.order_no), mer_id) for refund in refunds]
    paid, back = sum(trade.amount_fen for trade in trades), sum(refund.amount_fen for refund in refunds)
    report = [
        f"商户 {mer_id} 清算日期 {day:%Y%m%d}",
        f"消费 {len(trades)} 笔 {paid} 分",
        f"退货及撤销 {len(refunds)} 笔 {back} 分",
    ]
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr(f"INN{day:%y%m%d}88ZM_{mer_id}", b"".join(rows))
        archive.writestr(f"INN{day:%y%m%d}88ZME_{mer_id}", b"")
        archive.writestr(f"RD2008{day:%y%m%d}_{mer_id}", "\r\n".join(report).encode("gbk"))
    return packed.getvalue()


def _payment(trade: Trade, mer_id: str) -> bytes:
    if trade.paid_at is None:
        raise ValueError(trade.order_no)
    fee, amount = charge(trade.amount_fen), trade.amount_fen
    cells = {
        5: trace_time(trade.paid_at),
        12: trade.order_no,
        16: f"D{fee:012}",
        17: f"C{amount:012}",
        33: f"C{amount - fee:012}",
    }
    return _line(cells | _common(trade.txn_id, amount, mer_id, "01", "01"))


def _refund(refund: Refund, trade: Trade | None, mer_id: str) -> bytes:
    if refund.done_at is None or trade is None or trade.paid_at is None:
        raise ValueError(refund.refund_no)
    fee, amount = charge(refund.amount_fen), refund.amount_fen
    cells = {
        5: trace_time(refund.done_at),
        12: refund.refund_no,
        14: trace_no(trade.txn_id),
        15: trace_time(trade.paid_at),
        16: f"C{fee:012}",
        17: f"D{amount:012}",
        27: trade.txn_id,
        33: f"D{amount - fee:012}",
    }
    return _line(cells | _common(refund.refund_id, amount, mer_id, refund.details.get("txnType", "04"), "00"))


def _common(query_id: str, amount: int, mer_id: str, kind: str, sub_kind: str) -> dict[int, str]:
    return {
        1: _TRADE_CODES[kind],
        2: _AGENT,
        3: _SENDER,
        4: trace_no(query_id),
        6: CARD,
        7: f"{amount:012}",
        8: "9399",  # government services
        9: "08",
        10: query_id,
        13: "01",
        18: "0001",
        20: kind,
        21: sub_kind,
        22: "000201",
        23: "01",
        28: mer_id,
        31: "沙箱商户",
    }


def _line(cells: Mapping[int, str]) -> bytes:
    """Columns are counted from 1, and their widths in bytes: a Chinese character is two wide."""
    columns = [cells.get(number, "").encode("gbk").ljust(width) for number, width in enumerate(WIDTHS, 1)]
    return b" ".join(columns) + b"\r\n"
