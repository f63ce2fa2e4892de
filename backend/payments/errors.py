"""Refusals about bills and payments."""

from backend.core.errors import Refusal


class BillNotFound(Refusal):
    """Also where the bill is somebody else's: whether it exists is not said."""

    code = "payments.bill_not_found"
    status = 404
    zh = "您的缴款单中没有这一张。请回到缴费列表查看。"
    en = "This bill is not among yours. Go back to your bills."


class OrderNotFound(Refusal):
    code = "payments.order_not_found"
    status = 404
    zh = "没有找到这次缴费。请回到缴费列表查看。"
    en = "This payment was not found. Go back to your bills."


class NothingToPay(Refusal):
    code = "payments.nothing_to_pay"
    status = 409
    zh = "这张缴款单不需要缴费（状态：{state}）。"
    en = "There is nothing to pay on this bill (state: {state})."


class ChannelUnavailable(Refusal):
    code = "payments.channel_unavailable"
    status = 409
    zh = "这种支付方式暂时不可用，请换一种。"
    en = "This way to pay is not available now. Choose another one."


class KeyMissing(Refusal):
    code = "payments.idempotency_key_missing"
    status = 400
    zh = "请求缺少 Idempotency-Key（1 至 64 个字母、数字、连字符或下划线）。"
    en = "The request lacks an Idempotency-Key of 1 to 64 letters, digits, hyphens or underscores."


class KeyReused(Refusal):
    """draft-ietf-httpapi-idempotency-key-header, section 2.7."""

    code = "payments.idempotency_key_reused"
    status = 422
    zh = "这个 Idempotency-Key 已用于另一个请求。请换一个新的。"
    en = "This Idempotency-Key was used for another request. Use a new one."


class RefundTooMuch(Refusal):
    code = "payments.refund_too_much"
    status = 409
    zh = "退款金额超过可退金额。"
    en = "The refund is more than what can still be refunded."


class ReceiptNotFound(Refusal):
    """Also where the payment is somebody else's, or settled no bill."""

    code = "payments.receipt_not_found"
    status = 404
    zh = "这次缴费没有凭证。请回到缴费列表查看。"
    en = "There is no receipt for this payment. Go back to your bills."
