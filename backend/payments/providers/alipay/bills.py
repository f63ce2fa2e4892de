"""Alipay's trade bill: a zip of GBK files, comments after #, tabs after values, commas unquoted ("业务明细")."""

import re
from collections.abc import Iterator

from backend.payments.models import Channel, Kind, Observation, ObservedState, OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.bill_files import lines_of, local_instant, open_member, signed_fen
from backend.payments.providers.errors import BillRefused
from backend.payments.providers.statements import StatementRow, StatementTotals

HEADER = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
    "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)

_DETAILS = re.compile(r"业务明细\.csv$")
_AMOUNT, _TIME, _TEXT = r"-?[0-9]+(?:\.[0-9]+)?", r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", r".*?"
_CELLS = [  # what is anchored at both ends: names and remarks may hold commas of their own
    r"(?P<trade_no>[0-9]+)", r"(?P<order_no>[^,\t]+)", r"(?P<type>交易|退款)", _TEXT, _TIME, rf"(?P<time>{_TIME})",
    r"(?:[^,]*,){4}.*?", rf"(?P<total>{_AMOUNT})", rf"(?P<received>{_AMOUNT})", *[_AMOUNT] * 5, _TEXT, *[_AMOUNT] * 2,
    r"(?P<refund_no>[^,\t]*)", rf"(?P<fee>{_AMOUNT})", _AMOUNT, r".*",
]  # fmt: skip
_ROW = re.compile(r"\s*,".join(rf"\s*{cell}" for cell in _CELLS))
_TOTAL = re.compile(r"#(?P<type>交易|退款)合计：(?P<count>[0-9]+)笔，商家实收(?:退款)?共(?P<received>-?[0-9.]+)元")
_KINDS = {"交易": Kind.PAYMENT, "退款": Kind.REFUND}


class AlipayStatement:
    """The zip of a day; the file of details in it carries its own totals."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def rows(self) -> Iterator[StatementRow]:
        header_seen = False
        for line_no, line in self._lines():
            if line.startswith("#"):
                continue
            if header_seen:
                yield _row(line_no, line)
            elif _bare(line) != HEADER:
                raise BillRefused("not the known columns", line_no)
            header_seen = True
        if not header_seen:
            raise BillRefused("the columns are missing")

    def totals(self) -> StatementTotals:
        found: dict[str, tuple[int, Fen]] = {}
        for line_no, line in self._lines():
            if line.startswith("#") and (told := _TOTAL.match(line)):
                found[told["type"]] = (int(told["count"]), Fen(abs(signed_fen(told["received"], line_no))))
        if "交易" not in found or "退款" not in found:
            raise BillRefused("the summary is missing")
        (payments, received), (refunds, returned) = found["交易"], found["退款"]
        return StatementTotals(
            rows=payments + refunds, payments=payments, received_fen=received, refunds=refunds, returned_fen=returned
        )

    def _lines(self) -> Iterator[tuple[int, str]]:
        with open_member(self._raw, _DETAILS) as file:
            yield from ((line_no, line) for line_no, line in lines_of(file, "gbk") if line.strip())


def _row(line_no: int, line: str) -> StatementRow:
    told = _ROW.fullmatch(line)
    if told is None:
        raise BillRefused("not a row of the known columns", line_no)
    kind = _KINDS[told["type"]]
    total, received = (_towards(kind, signed_fen(told[name], line_no), line_no) for name in ("total", "received"))
    is_refund = kind is Kind.REFUND
    observation = Observation(
        channel=Channel.ALIPAY,
        kind=kind,
        state=ObservedState.REFUNDED if is_refund else ObservedState.PAID,
        order_no=OrderNo(told["order_no"]),
        refund_no=RefundNo(told["refund_no"]) if is_refund else None,
        provider_txn_id=told["trade_no"],
        amount_fen=total,
        total_fen=None if is_refund else total,
        occurred_at=local_instant(told["time"], line_no),
    )
    fee = abs(signed_fen(told["fee"], line_no))  # charged for a payment, given back for a refund
    return StatementRow(line_no, observation, received, Fen(-fee if is_refund else fee))


def _towards(kind: Kind, amount: Fen, line_no: int) -> Fen:
    """Refunds are written as negative amounts."""
    positive = Fen(-amount) if kind is Kind.REFUND else amount
    if positive < 0:
        raise BillRefused("an amount with the wrong sign", line_no)
    return positive


def _bare(line: str) -> str:
    return re.sub(r"\s", "", line)
