"""A call of the merchant, believed only when it is signed with the key of its certificate ("公共请求参数")."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from cryptography import x509
from msgspec import Struct

from backend.sandbox.gateways.alipay.amounts import instant
from backend.sandbox.gateways.alipay.contract import Contract
from backend.sandbox.gateways.alipay.refusals import INVALID, MISSING, Refused, invalid_parameter
from backend.sandbox.gateways.alipay.signing import (
    bundle_sn,
    certificate_key,
    certificate_sn,
    is_signed,
    request_text,
)

_MOST_FIELDS = 50
_TIMESTAMP_MAY_DIFFER = timedelta(minutes=10)
_REQUIRED = {
    "app_id": ("isv.missing-app-id", "缺少AppId"),
    "method": ("isv.missing-method", "缺少方法名参数"),
    "sign_type": ("isv.missing-signature-type", "缺少签名类型"),
    "sign": ("isv.missing-signature", "缺少签名参数"),
    "timestamp": ("isv.missing-timestamp", "缺少时间戳参数"),
    "version": ("isv.missing-version", "缺少版本参数"),
    "app_cert_sn": ("isv.missing-app-cert-sn", "缺少应用公钥证书序列号"),
    "alipay_root_cert_sn": ("isv.missing-alipay-root-cert-sn", "缺少支付宝根证书序列号"),
}
Shape = TypeVar("Shape", bound=Struct)


class Call(Struct, frozen=True):
    """`content`: biz_content as it came."""

    method: str
    content: str
    notify_url: str
    return_url: str

    def asked(self, shape: type[Shape]) -> Shape:
        """Raises Refused for what is not of this shape; unknown fields are no fault, as in the real gateway."""
        try:
            return msgspec.json.decode(self.content, type=shape)
        except msgspec.DecodeError:
            raise invalid_parameter() from None


class Intake:
    """Checks calls against the contract with the one merchant."""

    def __init__(self, contract: Contract) -> None:
        self._app_id = contract.app_id
        self._key = certificate_key(contract.app_certificate_pem)
        certificate = x509.load_pem_x509_certificate(contract.app_certificate_pem.encode())
        self._only = {
            "app_id": (contract.app_id, "isv.invalid-app-id", "无效的AppID参数"),
            "sign_type": ("RSA2", "isv.invalid-signature-type", "无效的签名类型"),
            "version": ("1.0", "isv.unsupported-version", "不支持的版本"),
            "app_cert_sn": (certificate_sn(certificate), "isv.app-cert-not-exist", "应用公钥证书不存在"),
            "alipay_root_cert_sn": (
                bundle_sn(contract.root_certificates_pem), "isv.invalid-alipay-root-cert-sn", "支付宝根证书序列号无效",
            ),
        }  # fmt: skip

    def read(self, fields: Mapping[str, str]) -> Call:
        """Raises Refused."""
        for name, (sub_code, sub_msg) in _REQUIRED.items():
            if not fields.get(name):
                raise Refused(MISSING, sub_code, sub_msg)
        for name, (only, sub_code, sub_msg) in self._only.items():
            if fields[name] != only:
                raise Refused(INVALID, sub_code, sub_msg)
        if fields.get("format", "JSON").upper() != "JSON":
            raise Refused(INVALID, "isv.invalid-format", "无效的数据格式")
        if fields.get("charset", "utf-8").lower() != "utf-8":
            raise Refused(INVALID, "isv.invalid-charset", "字符集错误")
        if not is_signed(self._key, request_text(fields), fields["sign"]):
            raise Refused(INVALID, "isv.invalid-signature", "无效签名")
        return Call(
            fields["method"],
            fields.get("biz_content", ""),
            fields.get("notify_url", ""),
            fields.get("return_url", ""),
        )


def check_timestamp(fields: Mapping[str, str], now: datetime | None) -> None:
    """`now`: for calls from server to server; an order that a phone carries has its own end instead. Raises Refused."""
    told = instant(fields["timestamp"])
    if told is None or (now is not None and abs(now - told) > _TIMESTAMP_MAY_DIFFER):
        raise Refused(INVALID, "isv.invalid-timestamp", "非法的时间戳参数")


def fields_of(query: bytes, body: bytes) -> dict[str, str]:
    """Address and form together; raises Refused for what is neither, and for a name that comes twice."""
    pairs: list[tuple[str, str]] = []
    try:
        for part in (query, body):
            text = part.decode("ascii")
            pairs += parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Refused(INVALID, "isv.invalid-encoding", "编码错误") from None
    fields: dict[str, Any] = dict(pairs)
    if len(fields) != len(pairs):
        raise Refused(INVALID, "isv.invalid-parameter", "参数无效")
    return fields
