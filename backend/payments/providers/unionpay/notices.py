"""A back notification of UnionPay: a form, verified and told ("后台通知")."""

from collections.abc import Mapping
from datetime import datetime

from backend.payments.providers.intake import check_ours, check_size, field, parse_form
from backend.payments.providers.protocol import Callback
from backend.payments.providers.unionpay.certificates import Signers
from backend.payments.providers.unionpay.config import UnionpayConfig
from backend.payments.providers.unionpay.facts import observe_notice
from backend.payments.providers.unionpay.signing import verify

_IDENTITY = ("merId", "txnType", "orderId", "txnTime")


def read_notice(config: UnionpayConfig, signers: Signers, body: bytes, now: datetime) -> Callback:
    """Raises CallbackRefused and nothing else."""
    check_size(body)
    fields = parse_form(body, "utf-8")
    serial = verify(fields, signers, now)
    check_ours(field(fields, "merId"), config.mer_id)
    return Callback(event_key(fields), observe_notice(fields), serial)


def event_key(fields: Mapping[str, str]) -> str:
    """UnionPay gives no event id: what names the trade and its outcome is the same in every delivery."""
    trade = [field(fields, name) for name in _IDENTITY]
    return "|".join([*trade, fields.get("queryId", ""), field(fields, "respCode")])
