"""Creating an order, and what the resident's phone needs to go on with it."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from msgspec import Struct

from backend.core.clock import SHANGHAI
from backend.payments.models import CNY
from backend.payments.providers import rsa
from backend.payments.providers.errors import ProviderUnavailable
from backend.payments.providers.protocol import Creation, NewOrder, Scene
from backend.payments.providers.wechat.config import WechatConfig
from backend.payments.providers.wechat.signing import lines

PATHS = {
    Scene.WEB: "/v3/pay/transactions/h5",
    Scene.INSIDE: "/v3/pay/transactions/jsapi",
    Scene.QR: "/v3/pay/transactions/native",
}

_LIFETIMES = {
    Scene.WEB: timedelta(minutes=5),
    Scene.INSIDE: timedelta(hours=2),
    Scene.QR: timedelta(hours=2),
}
_LONGEST_SUBJECT = 127


class Created(Struct, frozen=True):
    """One of them, by the way of paying."""

    h5_url: str | None = None
    prepay_id: str | None = None
    code_url: str | None = None


def order_body(config: WechatConfig, order: NewOrder) -> bytes:
    """The same bytes for the same order: another body under its number is refused (268498688)."""
    fields: dict[str, Any] = {
        "appid": config.appid,
        "mchid": config.mchid,
        "description": order.subject[:_LONGEST_SUBJECT],
        "out_trade_no": order.order_no,
        "time_expire": order.expires_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "notify_url": config.notify_url,
        "amount": {"total": order.amount_fen, "currency": CNY},
    }
    return msgspec.json.encode(fields | _scene_fields(order))


def creation(config: WechatConfig, key: RSAPrivateKey, order: NewOrder, created: Created, now: datetime) -> Creation:
    expires_at = min(order.expires_at, now + _LIFETIMES[order.scene])
    match order.scene, created:
        case Scene.WEB, Created(h5_url=str(url)):
            return Creation(url=_leading_back(url, order.return_url), expires_at=expires_at)
        case Scene.QR, Created(code_url=str(code)):
            return Creation(qr_code=code, expires_at=expires_at)
        case Scene.INSIDE, Created(prepay_id=str(prepay_id)):
            return Creation(client=jsapi_call(config, key, prepay_id, now), expires_at=expires_at)
    raise ProviderUnavailable


def jsapi_call(config: WechatConfig, key: RSAPrivateKey, prepay_id: str, now: datetime) -> Mapping[str, str]:
    """Arguments of `WeixinJSBridge.invoke("getBrandWCPayRequest", …)`, signed with the merchant's key."""
    timestamp, nonce, package = str(int(now.timestamp())), secrets.token_hex(16), f"prepay_id={prepay_id}"
    return {
        "appId": config.appid,
        "timeStamp": timestamp,
        "nonceStr": nonce,
        "package": package,
        "signType": "RSA",
        "paySign": rsa.sign(key, lines(config.appid, timestamp, nonce, package)),
    }


def _leading_back(url: str, return_url: str) -> str:
    """The page of h5 leads back where its address says ("H5 支付", 回调页面)."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'redirect_url': return_url})}"


def _scene_fields(order: NewOrder) -> dict[str, Any]:
    if order.scene is Scene.WEB:
        return {"scene_info": {"payer_client_ip": order.payer_ip, "h5_info": {"type": "Wap"}}}
    if order.scene is Scene.INSIDE:
        return {"payer": {"openid": order.payer_openid}}
    return {}
