"""Why a callback, an answer or a bill of a provider is not believed."""

from enum import StrEnum

from backend.core.errors import Refusal


class Reason(StrEnum):
    """Why a callback was refused: for metrics and logs, never with its contents."""

    TOO_LARGE = "too_large"
    FORMAT = "format"
    PROBE = "probe"  # WeChat's deliberate bad signatures: refused, yet no forgery
    STALE = "stale"
    UNKNOWN_KEY = "unknown_key"  # then `Provider.refresh_keys` may help
    ALGORITHM = "algorithm"
    CERTIFICATE = "certificate"
    SIGNATURE = "signature"
    DECRYPTION = "decryption"
    FIELD = "field"
    AMOUNT = "amount"
    CURRENCY = "currency"
    MERCHANT = "merchant"


class CallbackRefused(Refusal):
    """Nothing was believed and nothing may move. `reason` is a Reason."""

    code = "payments.callback_refused"
    status = 400
    zh = "回调未通过校验（{reason}）。"
    en = "The callback was not accepted ({reason})."

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason=reason.value)


class ProviderUnavailable(Refusal):
    """No answer, or none that could be believed: the outcome is unknown, ask again with the same numbers."""

    code = "payments.provider_unavailable"
    status = 503
    zh = "支付渠道暂时没有回应，请稍后再试或换一种支付方式。"
    en = "The payment provider does not answer now. Try again later or choose another way to pay."


class ProviderRefused(Refusal):
    """The provider said no, in a signed answer or with a client error; `provider_code` is its own word for why."""

    code = "payments.provider_refused"
    status = 502
    zh = "支付渠道拒绝了请求（{provider_code}）。请换一种支付方式，或稍后再试。"
    en = "The payment provider refused ({provider_code}). Choose another way to pay or try again later."

    def __init__(self, provider_code: str) -> None:
        self.provider_code = provider_code
        super().__init__(provider_code=provider_code)


class BillUnavailable(Refusal):
    """The day's bill does not exist (yet): with no trades some providers make none."""

    code = "payments.bill_unavailable"
    status = 404
    zh = "渠道没有这一天的账单。"
    en = "The provider has no bill for this day."


class BillRefused(Refusal):
    """A bill that is not what its format or its own totals say. `line` counts from 1; 0 is the file as a whole."""

    code = "payments.bill_refused"
    status = 422
    zh = "账单第 {line} 行有误：{problem}"
    en = "The bill is not valid, line {line}: {problem}"

    def __init__(self, problem: str, line: int = 0) -> None:
        super().__init__(problem=problem, line=line)
