"""The merchants file: under which numbers and keys the providers know this city, as a mounted secret gives it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, structs

from backend.core.settings import BadSettings
from backend.payments.models import Channel
from backend.payments.providers import rsa
from backend.payments.providers.alipay import config as alipay
from backend.payments.providers.unionpay import config as unionpay
from backend.payments.providers.wechat import config as wechat

Config: TypeAlias = wechat.WechatConfig | alipay.AlipayConfig | unionpay.UnionpayConfig


class WechatMerchant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    mchid: str
    appid: str
    merchant_serial: str
    merchant_key_pem: str
    api_v3_key: str
    public_keys: Mapping[str, str] = {}
    certificates: Sequence[str] = ()
    cipher: wechat.Cipher = wechat.Cipher.AES
    base_url: str = wechat.BASE_URL

    def at(self, callback_url: str) -> wechat.WechatConfig:
        return wechat.WechatConfig(**structs.asdict(self), notify_url=callback_url)


class AlipayMerchant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    app_id: str
    seller_id: str
    app_key_pem: str
    public_key_pem: str | None = None
    app_certificate_pem: str | None = None
    certificates: Sequence[str] = ()
    root_certificates_pem: str | None = None
    gateway: str = alipay.GATEWAY

    def at(self, callback_url: str) -> alipay.AlipayConfig:
        return alipay.AlipayConfig(**structs.asdict(self), notify_url=callback_url)


class UnionpayMerchant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    mer_id: str
    cert_id: str
    sign_key_pem: str
    root_certificate: str
    middle_certificates: Sequence[str]
    signer_names: Sequence[str] = (unionpay.UNIONPAY,)
    pinned: frozenset[str] = frozenset()
    gateway: str = unionpay.GATEWAY
    files: str = unionpay.FILES

    def at(self, callback_url: str) -> unionpay.UnionpayConfig:
        return unionpay.UnionpayConfig(**structs.asdict(self), back_url=callback_url)


Merchant: TypeAlias = WechatMerchant | AlipayMerchant | UnionpayMerchant

_KINDS: Mapping[Channel, type[Merchant]] = {
    Channel.WECHAT: WechatMerchant,
    Channel.ALIPAY: AlipayMerchant,
    Channel.UNIONPAY: UnionpayMerchant,
}
_KEY = "an RSA private key of 2048 bits or more, as PEM"
_PUBLIC_KEY = "an RSA public key of 2048 bits or more, as PEM"
_CERTIFICATE = "a certificate of an RSA key of 2048 bits or more, as PEM"
_ADDRESS = "an address such as https://provider.example"
_WANTED = {
    "merchant_key_pem": _KEY,
    "app_key_pem": _KEY,
    "sign_key_pem": _KEY,
    "public_key_pem": _PUBLIC_KEY,
    "public_keys": _PUBLIC_KEY,
    "app_certificate_pem": _CERTIFICATE,
    "certificates": _CERTIFICATE,
    "root_certificate": _CERTIFICATE,
    "middle_certificates": _CERTIFICATE,
    "base_url": _ADDRESS,
    "gateway": _ADDRESS,
    "files": _ADDRESS,
}


def read_merchants(path: str, public_url: str) -> dict[Channel, Config]:
    """What each adapter is made of; a channel that is left out is not offered, and without a file none is.

    Raises BadSettings naming every fault, never quoting what is in the file.
    """
    if not path:
        return {}
    told = _told(Path(path))
    configs: dict[Channel, Config] = {}
    faults = [f"{name}: no provider of this name" for name in told if name not in set(Channel)]
    for channel in Channel:
        if channel not in told:
            continue
        found = list(_faults(channel, told[channel]))
        faults += found
        try:
            if not found:
                merchant = msgspec.convert(told[channel], _KINDS[channel])
                configs[channel] = merchant.at(f"{public_url.rstrip('/')}/callbacks/{channel}")
        except ValueError as error:
            faults.append(f"{channel}: {error}")
    if faults:
        raise BadSettings(f"merchants: {'; '.join(faults)}")
    return configs


def _told(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except OSError as error:
        raise BadSettings(f"merchants: the file cannot be read ({error.strerror})") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadSettings("merchants: the file is not an object in JSON") from None


def _faults(channel: Channel, told: Any) -> Iterator[str]:
    if not isinstance(told, dict):
        yield f"{channel}: not an object"
        return
    fields = {field.name: field for field in structs.fields(_KINDS[channel])}
    yield from (f"{channel}.{name}: missing" for name, field in fields.items() if field.required and name not in told)
    yield from (f"{channel}.{name}: unknown" for name in told if name not in fields)
    for name, field in fields.items():
        if name in told and (fault := _fault(field, told[name])):
            yield f"{channel}.{name}: {fault}"


def _fault(field: structs.FieldInfo, value: object) -> str | None:
    try:
        read = msgspec.convert(value, field.type)
    except msgspec.ValidationError:
        return "not of the form it should have"
    wanted = _WANTED.get(field.name)
    if wanted is None or read is None:
        return None
    texts = [read] if isinstance(read, str) else read.values() if isinstance(read, Mapping) else read
    return None if all(_reads(_READERS[wanted], text) for text in texts) else f"not {wanted}"


def _reads(reader: Callable[[str], object], text: str) -> bool:
    try:
        reader(text)
    except ValueError:
        return False
    return True


def _check_address(text: str) -> None:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("not an address")


_READERS: Mapping[str, Callable[[str], object]] = {
    _KEY: rsa.load_private_key,
    _PUBLIC_KEY: rsa.load_public_key,
    _CERTIFICATE: lambda pem: rsa.key_of(rsa.load_certificate(pem)),
    _ADDRESS: _check_address,
}
