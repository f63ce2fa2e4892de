"""Days of trades written as the three providers publish them, by the specification and not by the readers' code."""

import gzip
import io
import zipfile
from collections.abc import Iterable

from msgspec import Struct

WECHAT_HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
WECHAT_SUMMARY = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
ALIPAY_HEADER = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
    "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
MERCHANTS = {"wechat": "1900000109", "unionpay": "777290058167151"}


class Trade(Struct, frozen=True):
    """Every fifth trade of a day is a refund of the one before."""

    number: int
    fen: int
    is_refund: bool

    @property
    def order_no(self) -> str:
        return f"PAY{self.number - self.is_refund:013}"

    @property
    def refund_no(self) -> str:
        return f"REF{self.number:013}" if self.is_refund else ""

    @property
    def txn_id(self) -> str:
        return f"{420000000000000000000000 + self.number - self.is_refund}"

    @property
    def query_id(self) -> str:
        """UnionPay's number of this trade, be it a payment or a refund."""
        return f"51{self.number:019}"

    @property
    def original_id(self) -> str:
        """UnionPay's number of the payment that a refund gives back."""
        return f"51{self.number - 1:019}"

    @property
    def refund_id(self) -> str:
        """WeChat's number of a refund."""
        return f"50{self.number:020}"

    @property
    def status(self) -> str:
        """WeChat's word for how it stands."""
        return "SUCCESS"

    @property
    def fee_fen(self) -> int:
        return -1 if self.is_refund else 2

    @property
    def received_fen(self) -> int:
        return self.fen


def day(count: int) -> list[Trade]:
    return [Trade(number, 100 + number % 977, number % 5 == 4) for number in range(count)]


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def wechat(trades: Iterable[Trade], *, compressed: bool = True) -> bytes:
    lines, sums = [WECHAT_HEADER], [0] * 7
    for trade in trades:
        paid, back = (0, trade.fen) if trade.is_refund else (trade.fen, 0)
        came, went = (0, trade.received_fen) if trade.is_refund else (trade.received_fen, 0)
        fee = trade.fee_fen
        kind = "REFUND" if trade.is_refund else trade.status
        cells = [
            "2026-11-19 10:00:00", "wx0123456789abcdef", MERCHANTS["wechat"], "0", "", trade.txn_id, trade.order_no,
            "o-nobody", "MWEB", kind, "ICBC_DEBIT", "CNY", yuan(came), "0.00",
            trade.refund_id if trade.is_refund else "0", trade.refund_no or "0", yuan(went), "0.00",
            "ORIGINAL" if trade.is_refund else "", trade.status if trade.is_refund else "", "签注, 工本`费", "",
            f"{yuan(fee)}000", "0.60%", yuan(paid), yuan(back), "",
        ]  # fmt: skip
        lines.append("`" + ",`".join(cells))
        for at, value in enumerate((1, came, went, 0, fee, paid, back)):
            sums[at] += value
    summary = [
        f"{sums[0]}.0",
        *(yuan(value) for value in sums[1:4]),
        f"{yuan(sums[4])}000",
        yuan(sums[5]),
        yuan(sums[6]),
    ]
    file = "\ufeff" + "\r\n".join([*lines, WECHAT_SUMMARY, "`" + ",`".join(summary)]) + "\r\n"
    return gzip.compress(file.encode(), 1, mtime=0) if compressed else file.encode()


def alipay(trades: Iterable[Trade], *, subject: str = "签注, 工本费", remark: str = "多缴,已退") -> bytes:
    lines, counts, sums = [], [0, 0], [0, 0]
    for trade in trades:
        amount, received = (-each if trade.is_refund else each for each in (trade.fen, trade.received_fen))
        cells = [
            f"{trade.txn_id}\t", f"{trade.order_no}\t", "退款" if trade.is_refund else "交易", f"{subject}\t",
            "2026-11-19 09:59:00", "2026-11-19 10:00:00", "\t", "\t", "\t", "\t", "*某(138****0000)\t",
            yuan(amount), yuan(received), "0.00", "0.00", "0.00", "0.00", "0.00", "\t", "0.00", "0.00",
            f"{trade.refund_no}\t", "0.00" if trade.is_refund else yuan(-trade.fee_fen), "0.00", remark,
        ]  # fmt: skip
        lines.append(",".join(cells))
        counts[trade.is_refund] += 1
        sums[trade.is_refund] += received
    meta = [
        "#支付宝业务明细查询",
        "#账号：[20880000000000010156]",
        "#起始日期：[2026年11月19日 00:00:00]",
        "#---业务明细列表---",
    ]
    end = [
        "#----------业务明细列表结束----------",
        f"#交易合计：{counts[0]}笔，商家实收共{yuan(sums[0])}元，商家优惠共0.00元",
        f"#退款合计：{counts[1]}笔，商家实收退款共{yuan(sums[1])}元，商家优惠退款共0.00元",
        "#导出时间：[2026年11月20日 09:10:00]",
    ]
    file = "\r\n".join([*meta, ALIPAY_HEADER, *lines, *end]) + "\r\n"
    names = ("20880000000000010156_20261119_业务明细.csv", "20880000000000010156_20261119_业务明细(汇总).csv")
    return archive({names[0]: file.encode("gbk"), names[1]: "#汇总".encode("gbk")})


UNIONPAY_WIDTHS = [
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13,
    13, 8, 32, 13, 13, 12, 2, 1, 32, 98,
]  # fmt: skip


def unionpay_file(trades: Iterable[Trade], sent_at: str = "1119100000") -> bytes:
    lines = []
    for trade in trades:
        cells = dict.fromkeys(range(1, 43), b"") | {
            1: b"S56" if trade.is_refund else b"S22",
            4: f"{trade.number % 1_000_000:06}".encode(),
            5: sent_at.encode(),
            6: b"6226********0000",
            7: f"{trade.fen:012}".encode(),
            10: trade.query_id.encode(),
            12: (trade.refund_no or trade.order_no).encode(),
            16: f"{'C' if trade.is_refund else 'D'}{abs(trade.fee_fen):012}".encode(),
            17: f"{'D' if trade.is_refund else 'C'}{trade.received_fen:012}".encode(),
            20: (b"04" if trade.is_refund else b"01") if trade.status == "SUCCESS" else trade.status.encode(),
            27: trade.original_id.encode() if trade.is_refund else b"",
            28: MERCHANTS["unionpay"].encode(),
            31: "随申办".encode("gbk"),
        }
        lines.append(b" ".join(cells[at].ljust(width) for at, width in enumerate(UNIONPAY_WIDTHS, 1)) + b"\r\n")
    return b"".join(lines)


def unionpay(trades: Iterable[Trade]) -> bytes:
    """The zip with its other files, which are not the trades."""
    merchant = MERCHANTS["unionpay"]
    return archive(
        {
            f"INN26111988ZM_{merchant}": unionpay_file(trades),
            f"INN26111988ZME_{merchant}": b"",
            f"RD2008261119_{merchant}": "汇总".encode("gbk"),
        }
    )


def archive(files: dict[str, bytes]) -> bytes:
    """Names in GBK without saying so, as Chinese archivers write them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as written:
        for name, content in files.items():
            info = _GbkNamed(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(info, content)
    return packed.getvalue()


class _GbkNamed(zipfile.ZipInfo):
    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 (zipfile's own name)
        return self.filename.encode("gbk"), self.flag_bits
