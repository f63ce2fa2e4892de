"""A callback of WeChat Pay: verified, then opened, then read ("支付结果通知", "退款结果通知")."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct

from backend.payments.models import Channel, Kind, Observation, ObservedState
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.intake import check_size, lower_names, number
from backend.payments.providers.protocol import Callback
from backend.payments.providers.wechat.ciphers import unseal
from backend.payments.providers.wechat.config import WechatConfig
from backend.payments.providers.wechat.facts import Refund, Transaction, observe_refund, observe_transaction
from backend.payments.providers.wechat.keys import PlatformKeys
from backend.payments.providers.wechat.signing import verify

_RESOURCE = "encrypt-resource"
_PAID = "TRANSACTION.SUCCESS"
_REFUNDS = frozenset({"REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"})
Shape = TypeVar("Shape")


class Resource(Struct, frozen=True):
    algorithm: str
    ciphertext: str
    nonce: str
    associated_data: str = ""


class Notice(Struct, frozen=True):
    id: str
    event_type: str
    resource_type: str
    resource: Resource


def read_notice(
    config: WechatConfig, keys: PlatformKeys, headers: Mapping[str, str], body: bytes, now: datetime
) -> Callback:
    """Raises CallbackRefused and nothing else. The notice's `id` stays the same over all its deliveries."""
    check_size(body)
    serial = verify(lower_names(headers), body, keys, now)
    notice = _decode(body, Notice)
    return Callback(number(notice.id), _observe(config, notice), serial)


def _observe(config: WechatConfig, notice: Notice) -> Observation:
    if notice.event_type == _PAID:
        told = observe_transaction(_decode(_open(config, notice), Transaction), config.mchid, config.appid)
        if told.state is not ObservedState.PAID:
            raise CallbackRefused(Reason.FIELD)
        return told
    if notice.event_type in _REFUNDS:
        refund = _decode(_open(config, notice), Refund)
        if notice.event_type != f"REFUND.{refund.refund_status}" or not isinstance(refund.mchid, str):
            raise CallbackRefused(Reason.FIELD)
        return observe_refund(refund, config.mchid)
    return Observation(channel=Channel.WECHAT, kind=Kind.OTHER, state=ObservedState.UNKNOWN, order_no=None)


def _open(config: WechatConfig, notice: Notice) -> bytes:
    sealed = notice.resource
    if notice.resource_type != _RESOURCE or sealed.algorithm != config.cipher:
        raise CallbackRefused(Reason.ALGORITHM)
    return unseal(
        config.cipher,
        config.api_v3_key,
        nonce=sealed.nonce,
        associated_data=sealed.associated_data,
        ciphertext=sealed.ciphertext,
    )


def _decode(raw: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise CallbackRefused(Reason.FORMAT) from None
