"""Refusals in WeChat Pay's own shape: a status, a code of its tables, a sentence."""


class WechatError(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        super().__init__(code)


def bad_parameter(message: str) -> WechatError:
    return WechatError(400, "PARAM_ERROR", message)


def bad_request(message: str) -> WechatError:
    return WechatError(400, "INVALID_REQUEST", message)


def bad_signature(message: str) -> WechatError:
    return WechatError(401, "SIGN_ERROR", message)
