"""respCode and what it says ("应答码")."""

from enum import StrEnum


class Code(StrEnum):
    DONE = "00"
    FAILED = "01"
    ACCEPTED = "05"
    FORMAT = "10"
    SIGNATURE = "11"
    DUPLICATE = "12"
    MISSING = "13"
    MERCHANT = "31"
    NOT_ALLOWED = "32"
    NOT_FOUND = "34"
    NO_ORIGINAL = "35"
    MISMATCH = "36"
    OUT_OF_TIME = "39"
    GIVEN_BACK = "45"
    BANK = "60"
    NO_FILE = "98"


WORDS = {
    Code.DONE: "成功[0000000]",
    Code.FAILED: "交易失败。订单已超过支付时间[6100001]",
    Code.ACCEPTED: "交易已受理，请稍后查询交易结果[0000005]",
    Code.FORMAT: "报文格式错误[9100001]",
    Code.SIGNATURE: "验证签名失败[9100004]",
    Code.DUPLICATE: "重复交易[6100012]",
    Code.MISSING: "报文交易要素缺失[9100013]",
    Code.MERCHANT: "商户状态不正确[5100031]",
    Code.NOT_ALLOWED: "无此交易权限[5100032]",
    Code.NOT_FOUND: "查无此交易[2600000]",
    Code.NO_ORIGINAL: "原交易不存在或状态不正确[2100035]",
    Code.MISMATCH: "与原交易信息不符[2100036]",
    Code.OUT_OF_TIME: "交易不在受理时间范围内[6100039]",
    Code.GIVEN_BACK: "原交易已被成功退货或已被成功撤销[2100045]",
    Code.BANK: "交易失败，详情请咨询您的发卡行[1000060]",
    Code.NO_FILE: "文件不存在[5100098]",
}


class Refused(Exception):
    """`field`: which one is meant, where the code alone does not tell."""

    def __init__(self, code: Code, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.said = f"{WORDS[code]}{field and f'：{field}'}"
