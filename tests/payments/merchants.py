"""One merchant at each of the three providers: the hall's side of the keys that the tests' gateways sign with."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import msgspec
from msgspec import Struct, structs

from backend.payments.models import Channel
from backend.payments.providers.alipay.adapter import Alipay
from backend.payments.providers.alipay.config import AlipayConfig
from backend.payments.providers.protocol import Provider
from backend.payments.providers.unionpay.adapter import Unionpay
from backend.payments.providers.unionpay.config import UnionpayConfig
from backend.payments.providers.wechat.adapter import WechatPay
from tests.payments.providers.alipay import gateway as alipay
from tests.payments.providers.keys import certificate
from tests.payments.providers.unionpay import gateway as unionpay
from tests.payments.providers.wechat import gateway as wechat

_OURS = {"notify_url", "back_url"}  # made by the hall from its own address


_NOWHERE = "http://127.0.0.1:9"  # nobody listens there


def merchants(*, wechat_at: str = _NOWHERE) -> bytes:
    """What a city mounts as SUISHENBAN_MERCHANTS; only WeChat Pay may be somewhere."""
    configs = {"wechat": wechat.config(base_url=wechat_at), "alipay": _alipay(), "unionpay": _unionpay()}
    return msgspec.json.encode({name: _file(config) for name, config in configs.items()})


@cache
def adapters() -> Mapping[Channel, Provider]:
    """The hall's own, for the same merchants."""
    http = httpx.AsyncClient()
    return {
        Channel.WECHAT: WechatPay(wechat.config(), http),
        Channel.ALIPAY: Alipay(_alipay(), http),
        Channel.UNIONPAY: Unionpay(_unionpay(), http),
    }


def unionpay_certificate() -> str:
    """What UnionPay sends along, valid while the tests run, whenever that is."""
    return _chain()[2]


@cache
def _chain() -> tuple[str, str, str]:
    today = datetime.now(UTC).replace(microsecond=0)
    valid = {"valid_from": today - timedelta(days=1), "valid_until": today + timedelta(days=1)}
    root = certificate("unionpay root", 1, common_name="ROOT", is_ca=True, **valid)
    below = {"common_name": "OCA1", "issuer": "unionpay root", "issuer_name": "ROOT", "is_ca": True}
    return root, certificate("unionpay middle", 2, **below, **valid), unionpay.leaf(**valid)


def _alipay() -> AlipayConfig:
    return alipay.config(gateway=_NOWHERE)


def _unionpay() -> UnionpayConfig:
    root, middle, _ = _chain()
    return unionpay.config(root_certificate=root, middle_certificates=[middle], gateway=_NOWHERE)


def _file(config: Struct) -> dict[str, Any]:
    """The fields that somebody chose."""
    fields = {each.name: each for each in structs.fields(config)}
    return {
        name: value
        for name, value in structs.asdict(config).items()
        if name not in _OURS and value != fields[name].default
    }
