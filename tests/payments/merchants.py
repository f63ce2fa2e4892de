"""One merchant at each of the three providers: the hall's side of the keys that the tests' gateways sign with."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct, structs

from tests.payments.providers.alipay import gateway as alipay
from tests.payments.providers.keys import certificate
from tests.payments.providers.unionpay import gateway as unionpay
from tests.payments.providers.wechat import gateway as wechat

_OURS = {"notify_url", "back_url"}  # made by the hall from its own address


def merchants(**addresses: str) -> bytes:
    """What a city mounts as SUISHENBAN_MERCHANTS; `wechat=`, `alipay=`, `unionpay=` say where each provider is."""
    root, middle, _ = _chain()
    configs: dict[str, Struct] = {
        "wechat": wechat.config(**_given(base_url=addresses.get("wechat"))),
        "alipay": alipay.config(**_given(gateway=addresses.get("alipay"))),
        "unionpay": unionpay.config(
            root_certificate=root, middle_certificates=[middle], **_given(gateway=addresses.get("unionpay"))
        ),
    }
    return msgspec.json.encode({name: _file(config) for name, config in configs.items()})


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


def _given(**facts: str | None) -> dict[str, str]:
    return {name: value for name, value in facts.items() if value is not None}


def _file(config: Struct) -> dict[str, Any]:
    """The fields that somebody chose."""
    fields = {each.name: each for each in structs.fields(config)}
    return {
        name: value
        for name, value in structs.asdict(config).items()
        if name not in _OURS and value != fields[name].default
    }
