"""The trade bill of a day: UTF-8 with BOM, every value after a backtick, yuan, a summary ("申请交易账单")."""

import gzip
import hashlib
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from backend.core.clock import SHANGHAI, local_date
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.records import Refund, Trade
from backend.sandbox.gateways.wechat.contract import Kept
from backend.sandbox.gateways.wechat.errors import WechatError, bad_parameter, bad_request
from backend.sandbox.gateways.wechat.orders import TRADE_TYPES
from backend.sandbox.gateways.wechat.platform import Platform
from backend.sandbox.gateways.wechat.signing import letters

DOWNLOAD_PATH = "/v3/billdownload/file"
COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
SUMMARY = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"

_DOWNLOAD_LASTS = timedelta(seconds=30)
_FEE_PER_MILLE = 6


class Bills:
    """Of the running day too, as far as it has gone: in a sandbox nobody wants to wait until tomorrow."""

    def __init__(self, platform: Platform, book: Book) -> None:
        self._platform, self._book = platform, book
        self._offered: dict[str, tuple[datetime, bytes]] = {}

    def apply(self, bill_date: str, bill_type: str, tar_type: str) -> dict[str, str]:
        """Where to download it, and the SHA-1 of the file before it was compressed."""
        if bill_type != "ALL" or tar_type not in {"", "GZIP"}:
            raise bad_parameter("账单类型不支持")
        trades, refunds = self._book.day(self._day(bill_date))
        if not trades and not refunds:
            raise WechatError(400, "NO_STATEMENT_EXIST", "账单文件不存在")
        origins = {refund.order_no: self._book.get_trade(refund.order_no) for refund in refunds}
        file = write(self._platform.kept, trades, [(refund, origins[refund.order_no]) for refund in refunds])
        token = self._offer(gzip.compress(file, mtime=0) if tar_type else file)
        return {
            "hash_type": "SHA1",
            "hash_value": hashlib.sha1(file, usedforsecurity=False).hexdigest(),
            "download_url": f"{self._platform.url}{DOWNLOAD_PATH}?{urlencode({'token': token})}",
        }

    def download(self, token: str) -> bytes:
        until, file = self._offered.get(token, (self._platform.now(), b""))
        if until <= self._platform.now():
            raise bad_request("账单下载地址已失效，请重新申请")
        return file

    def _day(self, bill_date: str) -> date:
        try:
            day = date.fromisoformat(bill_date)
        except ValueError:
            raise bad_parameter("账单日期格式错误") from None
        if day > local_date(self._platform.now()):
            raise bad_request("账单日期不得晚于当前日期")
        return day

    def _offer(self, file: bytes) -> str:
        now, token = self._platform.now(), letters(40)
        self._offered = {each: kept for each, kept in self._offered.items() if kept[0] > now}
        self._offered[token] = (now + _DOWNLOAD_LASTS, file)
        return token


def write(kept: Kept, trades: list[Trade], refunds: list[tuple[Refund, Trade]]) -> bytes:
    lines = [COLUMNS, *(_line(_payment(kept, trade)) for trade in trades)]
    lines += [_line(_refund(kept, refund, trade)) for refund, trade in refunds]
    paid = sum(trade.amount_fen for trade in trades)
    back = sum(refund.amount_fen for refund, _ in refunds)
    fees = sum(fee(trade.amount_fen) for trade in trades) - sum(fee(refund.amount_fen) for refund, _ in refunds)
    rows = len(trades) + len(refunds)
    lines += [SUMMARY, _line([f"{rows}.0", yuan(paid), yuan(back), "0.00", _long(fees), yuan(paid), yuan(back)])]
    return ("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode()


def fee(amount_fen: int) -> int:
    """0.6 %, to the fen, half a fen up."""
    return (amount_fen * _FEE_PER_MILLE + 500) // 1000


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def _payment(kept: Kept, trade: Trade) -> list[str]:
    amount = yuan(trade.amount_fen)
    refund = ["0", "0", "0.00", "0.00", "", ""]
    return [*_trade_cells(kept, trade, trade.paid_at, "SUCCESS"), amount, "0.00", *refund,
            *_last_cells(trade, fee(trade.amount_fen)), amount, "0.00", ""]  # fmt: skip


def _refund(kept: Kept, refund: Refund, trade: Trade) -> list[str]:
    amount = yuan(refund.amount_fen)
    told = [refund.refund_id, refund.refund_no, amount, "0.00", "ORIGINAL", "SUCCESS"]
    return [*_trade_cells(kept, trade, refund.done_at, "REFUND"), "0.00", "0.00", *told,
            *_last_cells(trade, -fee(refund.amount_fen)), "0.00", amount, ""]  # fmt: skip


def _trade_cells(kept: Kept, trade: Trade, at: datetime | None, state: str) -> list[str]:
    """The first twelve."""
    when = f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if at else ""
    way = TRADE_TYPES[trade.details["way"]]
    return [when, kept.appid, kept.mchid, "0", "", trade.txn_id, trade.order_no, trade.details["openid"], way, state,
            "OTHERS", "CNY"]  # fmt: skip


def _last_cells(trade: Trade, fee_fen: int) -> list[str]:
    """What was sold, and what it costs the merchant."""
    return [trade.subject, trade.details.get("attach", ""), _long(fee_fen), f"{_FEE_PER_MILLE / 10:.2f}%"]


def _long(fen: int) -> str:
    """Fees have five places."""
    return f"{yuan(fen)}000"


def _line(cells: list[str]) -> str:
    """Nothing is quoted or escaped: what would break the line is left out."""
    return ",".join(f"`{' '.join(cell.replace('`', ' ').split())}" for cell in cells)
