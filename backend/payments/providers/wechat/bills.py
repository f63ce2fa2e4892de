"""WeChat Pay's trade bill: UTF-8 with BOM, every value after a backtick, yuan, two lines of summary ("下载账单")."""

import re
from collections import deque
from collections.abc import Iterator

from backend.payments.models import Channel, Kind, Observation, ObservedState, OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.bill_files import lines_of, local_instant, open_gzip, signed_fen
from backend.payments.providers.errors import BillRefused
from backend.payments.providers.statements import StatementRow, StatementTotals

HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
SUMMARY_HEADER = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"

_COLUMNS = HEADER.split(",")
_SUMMARY = SUMMARY_HEADER.split(",")
_SEPARATOR = ",`"
_COUNT = re.compile(r"([0-9]{1,9})(?:\.0+)?", re.ASCII)  # printed as `45.0`
_KINDS = {"SUCCESS": Kind.PAYMENT, "REFUND": Kind.REFUND}
_REFUND_STATES = {
    "SUCCESS": ObservedState.REFUNDED,
    "PROCESSING": ObservedState.PENDING,
    "FAIL": ObservedState.FAILED,
    "CHANGE": ObservedState.ABNORMAL,
}


class WechatStatement:
    """A trade bill of the kind ALL, gzipped or not."""

    def __init__(self, raw: bytes, mchid: str) -> None:
        self._raw, self._mchid = raw, mchid

    def rows(self) -> Iterator[StatementRow]:
        for line_no, cells in self._cells():
            if len(cells) == len(_COLUMNS):  # and not the summary's
                yield self._row(line_no, dict(zip(_COLUMNS, cells, strict=True)))

    def totals(self) -> StatementTotals:
        [(line_no, cells)] = deque(self._cells(), maxlen=1)
        told = dict(zip(_SUMMARY, cells, strict=True))
        counted = _COUNT.fullmatch(told["总交易单数"])
        if counted is None:
            raise BillRefused("not a count", line_no)
        return StatementTotals(
            rows=int(counted[1]),
            payments_fen=signed_fen(told["订单总金额"], line_no),
            received_fen=signed_fen(told["应结订单总金额"], line_no),
            refunds_fen=signed_fen(told["申请退款总金额"], line_no),
            returned_fen=signed_fen(told["退款总金额"], line_no),
            fees_fen=signed_fen(told["手续费总金额"], line_no),
        )

    def _cells(self) -> Iterator[tuple[int, list[str]]]:
        """Rows, then the summary's values as the last; raises BillRefused unless the file is whole."""
        expected, whole = _COLUMNS, False
        with open_gzip(self._raw) as file:
            for line_no, line in lines_of(file, "utf-8"):
                if whole:
                    raise BillRefused("a line after the summary", line_no)
                if not line.startswith("`"):
                    expected = _next_header(line.removeprefix("\ufeff"), line_no)
                    continue
                cells = line[1:].split(_SEPARATOR)
                if len(cells) != len(expected) or line_no == 1:
                    raise BillRefused(f"{len(cells)} values instead of {len(expected)}", line_no)
                whole = expected is _SUMMARY
                yield line_no, cells
        if not whole:
            raise BillRefused("the summary is missing")

    def _row(self, line_no: int, told: dict[str, str]) -> StatementRow:
        if told["商户号"] != self._mchid:
            raise BillRefused("another merchant's", line_no)
        if told["货币种类"] != "CNY":
            raise BillRefused("another currency", line_no)
        kind = _KINDS.get(told["交易状态"], Kind.OTHER)
        received = told["退款金额"] if kind is Kind.REFUND else told["应结订单金额"]
        return StatementRow(
            line_no,
            _observation(kind, line_no, told),
            signed_fen(received, line_no),
            signed_fen(told["手续费"], line_no),
        )


def _next_header(line: str, line_no: int) -> list[str]:
    if line_no == 1 and line == HEADER:
        return _COLUMNS
    if line_no > 1 and line == SUMMARY_HEADER:
        return _SUMMARY
    raise BillRefused("not the known columns", line_no)


def _observation(kind: Kind, line_no: int, told: dict[str, str]) -> Observation:
    total = signed_fen(told["订单金额"], line_no)
    refunded = signed_fen(told["申请退款金额"], line_no)
    is_refund = kind is Kind.REFUND
    states = {
        Kind.PAYMENT: ObservedState.PAID,
        Kind.REFUND: _REFUND_STATES.get(told["退款状态"], ObservedState.UNKNOWN),
    }
    return Observation(
        channel=Channel.WECHAT,
        kind=kind,
        state=states.get(kind, ObservedState.UNKNOWN),
        order_no=OrderNo(told["商户订单号"]),
        refund_no=RefundNo(told["商户退款单号"]) if is_refund else None,
        provider_txn_id=told["微信订单号"],
        provider_refund_id=told["微信退款单号"] if is_refund else None,
        amount_fen=_positive(refunded if is_refund else total, line_no),
        total_fen=None if is_refund else total,
        occurred_at=local_instant(told["交易时间"], line_no),
    )


def _positive(amount: Fen, line_no: int) -> Fen:
    if amount < 0:
        raise BillRefused("a negative amount", line_no)
    return amount
