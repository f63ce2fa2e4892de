"""What a merchant sends, with the bounds that WeChat Pay publishes."""

import re
from datetime import datetime
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from backend.sandbox.gateways.wechat.errors import bad_parameter

Money = Annotated[int, Meta(ge=1, le=1_000_000_000)]
OrderNo = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-|*]{6,32}\Z")]
RefundNo = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-|*@]{1,64}\Z")]
Currency = Annotated[str, Meta(pattern=r"^CNY\Z")]
Address = Annotated[str, Meta(min_length=1, max_length=255)]

_FIELD = re.compile(r"`\$\.?([a-z_0-9.]*)`")
Shape = TypeVar("Shape")


class OrderAmount(Struct, frozen=True):
    total: Money
    currency: Currency = "CNY"


class H5Info(Struct, frozen=True):
    type: Annotated[str, Meta(min_length=1, max_length=32)]


class SceneInfo(Struct, frozen=True):
    payer_client_ip: Annotated[str, Meta(min_length=1, max_length=45)]
    h5_info: H5Info | None = None


class Payer(Struct, frozen=True):
    openid: Annotated[str, Meta(min_length=1, max_length=128)]


class NewOrder(Struct, frozen=True, kw_only=True):
    appid: str
    mchid: str
    description: Annotated[str, Meta(min_length=1, max_length=127)]
    out_trade_no: OrderNo
    notify_url: Address
    amount: OrderAmount
    time_expire: datetime | None = None
    attach: Annotated[str, Meta(max_length=128)] | None = None
    scene_info: SceneInfo | None = None
    payer: Payer | None = None


class Closing(Struct, frozen=True):
    mchid: str


class RefundAmount(Struct, frozen=True):
    refund: Money
    total: Money
    currency: Currency


class NewRefund(Struct, frozen=True, kw_only=True):
    out_refund_no: RefundNo
    amount: RefundAmount
    transaction_id: str | None = None
    out_trade_no: str | None = None
    reason: Annotated[str, Meta(max_length=80)] | None = None
    notify_url: Address | None = None


def read(body: bytes, shape: type[Shape]) -> Shape:
    """Raises WechatError PARAM_ERROR naming the field."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        field = _FIELD.search(str(error))
        raise bad_parameter(
            f"输入源“/body/{field[1].replace('.', '/')}”不符合要求" if field else "请求体不是合法的JSON"
        ) from None


def check_notify_url(url: str) -> str:
    """Absolute and without a query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise bad_parameter("notify_url不合法") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise bad_parameter("notify_url不合法")
    return url


def canonical(body: bytes) -> str:
    """The same for two requests that say the same, however they are written."""
    return msgspec.json.encode(msgspec.json.decode(body), order="sorted").decode()
