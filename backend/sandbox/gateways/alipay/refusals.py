"""What Alipay says no with: its gateway's codes and the sub-codes of its products ("公共错误码", "业务错误码")."""

MISSING, INVALID, FAILED = "40001", "40002", "40004"
MESSAGES = {
    MISSING: "Missing Required Arguments",
    INVALID: "Invalid Arguments",
    FAILED: "Business Failed",
}


class Refused(Exception):
    """`signed`: only what the gateway has understood as a call of its merchant is answered with a signature."""

    def __init__(self, code: str, sub_code: str, sub_msg: str) -> None:
        super().__init__(sub_code)
        self.code, self.sub_code, self.sub_msg = code, sub_code, sub_msg

    @property
    def signed(self) -> bool:
        return self.code == FAILED

    @property
    def content(self) -> dict[str, str]:
        told = {"code": self.code, "msg": MESSAGES[self.code]}
        return told | {"sub_code": self.sub_code, "sub_msg": self.sub_msg}


def failed(sub_code: str, sub_msg: str) -> Refused:
    return Refused(FAILED, sub_code, sub_msg)


def no_trade() -> Refused:
    return failed("ACQ.TRADE_NOT_EXIST", "交易不存在")


def invalid_parameter() -> Refused:
    return failed("ACQ.INVALID_PARAMETER", "参数无效")
