"""The bill of a day: a zip of two GBK files, fetched from an address that lives 30 seconds ("业务账单")."""

import re
import secrets
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from msgspec import Struct

from backend.core.clock import local_date
from backend.sandbox.gateways.alipay.amounts import charge, local, yuan
from backend.sandbox.gateways.alipay.calls import Call
from backend.sandbox.gateways.alipay.refusals import failed, invalid_parameter
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.records import Refund, Trade

ADDRESS = "/downloadBillFile.resource"
_LIVES = timedelta(seconds=30)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_HEADER = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
    "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
_SUMMARY_HEADER = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,"
    "卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
)


class Asked(Struct, frozen=True):
    bill_type: str
    bill_date: str


class BillDesk:
    """Gives addresses out and remembers what they are for; a restart forgets them, as 30 seconds do."""

    def __init__(self, seller_id: str, url: str) -> None:
        self._account, self._url = f"{seller_id}0156", url
        self._given: dict[str, tuple[date, datetime]] = {}

    def address(self, counter: Counter, call: Call) -> dict[str, Any]:
        """Of a day that is over and had trades; raises Refused."""
        asked, now = call.asked(Asked), counter.now()
        if asked.bill_type != "trade" or not _DAY.fullmatch(asked.bill_date):
            raise invalid_parameter()
        try:
            day = date.fromisoformat(asked.bill_date)
        except ValueError:
            raise invalid_parameter() from None
        if day >= local_date(now) or counter.book.day(day) == ([], []):
            raise failed("isp.bill_not_exist", "账单不存在")
        self._given = {token: (of, until) for token, (of, until) in self._given.items() if now <= until}
        token = secrets.token_urlsafe(24)
        self._given[token] = (day, now + _LIVES)
        return {"bill_download_url": f"{self._url}{ADDRESS}?token={token}"}

    def file(self, counter: Counter, token: str) -> tuple[str, bytes] | None:
        """Name and zip; None for an address that is not, or no longer, good."""
        day, until = self._given.get(token, (None, None))
        if day is None or until is None or counter.now() > until:
            return None
        trades, refunds = counter.book.day(day)
        stem = f"{self._account}_{day:%Y%m%d}_业务明细"
        span = _span(self._account, day)
        files = {
            f"{stem}.csv": _details(counter, span, trades, refunds),
            f"{stem}(汇总).csv": _summary(counter, span, trades, refunds),
        }
        return f"{self._account}_{day:%Y%m%d}.csv.zip", _zipped(files)


def _span(account: str, day: date) -> list[str]:
    since, until = f"{day:%Y年%m月%d日} 00:00:00", f"{day + timedelta(days=1):%Y年%m月%d日} 00:00:00"
    return [f"#账号：[{account}]", f"#起始日期：[{since}]   终止日期：[{until}]"]


def _details(counter: Counter, span: list[str], trades: list[Trade], refunds: list[Refund]) -> str:
    rows = [_payment(trade) for trade in trades]
    rows += [_refund(refund, counter.book.find_trade(refund.order_no)) for refund in refunds]
    received, returned = sum(trade.amount_fen for trade in trades), sum(refund.amount_fen for refund in refunds)
    lines = [
        "#支付宝业务明细查询", *span, f"#{'-' * 41}业务明细列表{'-' * 40}", _HEADER, *rows,
        f"#{'-' * 41}业务明细列表结束{'-' * 36}",
        f"#交易合计：{len(trades)}笔，商家实收共{yuan(received)}元，商家优惠共0.00元",
        f"#退款合计：{len(refunds)}笔，商家实收退款共{yuan(-returned)}元，商家优惠退款共0.00元",
        f"#导出时间：[{_exported(counter)}]",
    ]  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


def _payment(trade: Trade) -> str:
    return _row(trade, "交易", trade.paid_at, trade.amount_fen, "", -charge(trade.amount_fen))


def _refund(refund: Refund, trade: Trade | None) -> str:
    if trade is None:
        raise LookupError(refund.order_no)
    return _row(trade, "退款", refund.done_at, -refund.amount_fen, refund.refund_no, charge(refund.amount_fen))


def _row(trade: Trade, kind: str, at: datetime | None, amount: int, request_no: str, fee: int) -> str:
    """Texts end with a tab, so that spreadsheets keep them as texts."""
    cells = [
        f"{trade.txn_id}\t", f"{trade.order_no}\t", kind, f"{trade.subject}\t", local(trade.created_at),
        local(at or trade.created_at), "\t", "\t", "\t", "\t", "*示(dem***@sandbox.example)\t", yuan(amount),
        yuan(amount), *["0.00"] * 5, "\t", "0.00", "0.00", f"{request_no}\t", yuan(fee), "0.00", trade.subject,
    ]  # fmt: skip
    return ",".join(cells)


def _summary(counter: Counter, span: list[str], trades: list[Trade], refunds: list[Refund]) -> str:
    amount = sum(trade.amount_fen for trade in trades) - sum(refund.amount_fen for refund in refunds)
    fee = sum(charge(refund.amount_fen) for refund in refunds) - sum(charge(trade.amount_fen) for trade in trades)
    counts = [str(len(trades)), str(len(refunds))]
    cells = ["合计\t", "\t", *counts, yuan(amount), yuan(amount), *["0.00"] * 3, yuan(fee), "0.00", yuan(amount + fee)]
    lines = [
        "#支付宝业务汇总查询", *span, f"#{'-' * 41}业务汇总列表{'-' * 40}", _SUMMARY_HEADER, ",".join(cells),
        f"#{'-' * 41}业务汇总列表结束{'-' * 36}", f"#导出时间：[{_exported(counter)}]",
    ]  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


def _exported(counter: Counter) -> str:
    moment = local(counter.now())
    return f"{moment[:4]}年{moment[5:7]}月{moment[8:10]}日 {moment[11:]}"


class _GbkNamed(ZipInfo):
    """zipfile writes names in UTF-8 with a flag that says so; Alipay's are GBK without one."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - zipfile's own name
        return self.filename.encode("gbk"), self.flag_bits


def _zipped(files: dict[str, str]) -> bytes:
    """What GBK does not have becomes a question mark."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(_GbkNamed(name), text.encode("gbk", "replace"), ZIP_DEFLATED)
    return packed.getvalue()
