"""UnionPay's clearing file ZM: lines of fixed width in GBK, one space between columns ("对账文件接口规范")."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import accumulate

from backend.core.clock import SHANGHAI
from backend.payments.models import Channel, Kind, Observation, ObservedState, OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.bill_files import fen_of_digits, lines_of, open_gzip, open_member
from backend.payments.providers.errors import BillRefused
from backend.payments.providers.statements import StatementRow, StatementTotals
from backend.payments.providers.unionpay.facts import nearest

WIDTHS = (
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13,
    13, 8, 32, 13, 13, 12, 2, 1, 32, 98,
)  # fmt: skip
LINE_BYTES = sum(WIDTHS) + len(WIDTHS) - 1

_STARTS = list(accumulate((width + 1 for width in WIDTHS), initial=0))
_ENDS = [start + width for start, width in zip(_STARTS, WIDTHS, strict=False)]
_SENT_AT, _AMOUNT, _QUERY_ID, _ORDER, _FEE, _SETTLED, _TYPE, _ORIGINAL, _MERCHANT = 5, 7, 10, 12, 16, 17, 20, 27, 28
_KINDS = {"01": Kind.PAYMENT, "04": Kind.REFUND, "31": Kind.REFUND}
_NORMAL = re.compile(r"INN[0-9]{6}88ZM_")
_ZIP = b"PK"


class UnionpayStatement:
    """The zip of a clearing day, or its ZM file alone. The file states no totals of its own."""

    def __init__(self, raw: bytes, mer_id: str, day: date) -> None:
        self._raw, self._mer_id = raw, mer_id
        self._noon = datetime.combine(day, time(12), SHANGHAI)

    def rows(self) -> Iterator[StatementRow]:
        for line_no, line in self._lines():
            yield self._row(line_no, line)

    def totals(self) -> StatementTotals | None:
        return None

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Columns are cut from bytes, where a Chinese character is two wide; latin-1 keeps them one for one."""
        if self._raw.startswith(_ZIP):
            with open_member(self._raw, _NORMAL) as file:
                yield from ((no, line.encode("latin-1")) for no, line in lines_of(file, "latin-1"))
        else:
            with open_gzip(self._raw) as file:
                yield from ((no, line.encode("latin-1")) for no, line in lines_of(file, "latin-1"))

    def _row(self, line_no: int, line: bytes) -> StatementRow:
        if len(line) != LINE_BYTES or any(line[end : end + 1] != b" " for end in _ENDS[:-1]):
            raise BillRefused("not a line of the known columns", line_no)
        if _cell(line, _MERCHANT, line_no) != self._mer_id:
            raise BillRefused("another merchant's", line_no)
        kind = _KINDS.get(_cell(line, _TYPE, line_no), Kind.OTHER)
        return StatementRow(
            line_no,
            self._observation(kind, line_no, line),
            Fen(abs(_directed(_cell(line, _SETTLED, line_no), line_no))),
            _directed(_cell(line, _FEE, line_no), line_no),
        )

    def _observation(self, kind: Kind, line_no: int, line: bytes) -> Observation:
        amount = fen_of_digits(_cell(line, _AMOUNT, line_no), line_no)
        number, query_id = _cell(line, _ORDER, line_no), _cell(line, _QUERY_ID, line_no)
        is_refund = kind is Kind.REFUND
        states = {Kind.PAYMENT: ObservedState.PAID, Kind.REFUND: ObservedState.REFUNDED}
        return Observation(
            channel=Channel.UNIONPAY,
            kind=kind,
            state=states.get(kind, ObservedState.UNKNOWN),
            order_no=None if is_refund else OrderNo(number),
            refund_no=RefundNo(number) if is_refund else None,
            provider_txn_id=(_cell(line, _ORIGINAL, line_no) or None) if is_refund else query_id,
            provider_refund_id=query_id if is_refund else None,
            amount_fen=amount,
            total_fen=None if is_refund else amount,
            occurred_at=self._sent_at(line_no, line),
        )

    def _sent_at(self, line_no: int, line: bytes) -> datetime:
        """Without a year: in the one nearest to the clearing day, so that 31 December 23:30 stays before 1 January."""
        try:
            return nearest(_cell(line, _SENT_AT, line_no), self._noon)
        except ValueError:
            raise BillRefused("not a time", line_no) from None


def _cell(line: bytes, column: int, line_no: int) -> str:
    """A column counted from 1, as the specification does."""
    try:
        return line[_STARTS[column - 1] : _ENDS[column - 1]].decode("gbk").strip()
    except UnicodeDecodeError:
        raise BillRefused("not GBK", line_no) from None


def _directed(text: str, line_no: int) -> Fen:
    """`D` is to the merchant's debit (positive as a fee), `C` to its credit; empty is nothing."""
    if not text:
        return Fen(0)
    amount = fen_of_digits(text[1:], line_no)
    if text[0] not in "CD":
        raise BillRefused("neither debit nor credit", line_no)
    return amount if text[0] == "D" else Fen(-amount)
