"""A request of the merchant, believed only when its certificate's key has signed it."""

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from backend.sandbox.gateways.unionpay.contract import Contract
from backend.sandbox.gateways.unionpay.refusals import Code, Refused
from backend.sandbox.gateways.unionpay.signing import is_signed
from backend.sandbox.gateways.unionpay.times import instant

_MOST_FIELDS = 60
_COMMON = ("version", "encoding", "signMethod", "signature", "certId", "txnType", "txnSubType", "bizType", "accessType",
           "merId", "txnTime")  # fmt: skip
_ONLY = {"version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", "accessType": "0"}
_ORDER_ID = re.compile(r"[0-9A-Za-z]{8,32}", re.ASCII)
_AMOUNT = re.compile(r"0*[1-9][0-9]{0,11}", re.ASCII)


def read_form(body: bytes) -> dict[str, str]:
    """Raises Refused for what is no form, or names a field twice."""
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise Refused(Code.FORMAT) from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Refused(Code.FORMAT)
    return fields


class Intake:
    """Checks requests against the contract with the one merchant."""

    def __init__(self, contract: Contract) -> None:
        certificate = x509.load_pem_x509_certificate(contract.merchant_certificate_pem.encode())
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            raise TypeError("not an RSA certificate")
        self._mer_id, self._cert_id, self._key = contract.mer_id, str(certificate.serial_number), key

    def check(self, fields: Mapping[str, str]) -> None:
        """Raises Refused."""
        require(fields, *_COMMON)
        for name, only in _ONLY.items():
            if fields[name] != only:
                raise Refused(Code.FORMAT, name)
        if fields["merId"] != self._mer_id:
            raise Refused(Code.MERCHANT)
        if fields["certId"] != self._cert_id or not is_signed(self._key, fields):
            raise Refused(Code.SIGNATURE)
        time_of(fields, "txnTime")


def require(fields: Mapping[str, str], *names: str) -> None:
    for name in names:
        if not fields.get(name):
            raise Refused(Code.MISSING, name)


def require_kind(fields: Mapping[str, str], txn_type: str, *sub_types: str) -> None:
    if fields["txnType"] != txn_type or fields["txnSubType"] not in sub_types:
        raise Refused(Code.NOT_ALLOWED, "txnType")


def order_id_of(fields: Mapping[str, str]) -> str:
    require(fields, "orderId")
    if not _ORDER_ID.fullmatch(fields["orderId"]):
        raise Refused(Code.FORMAT, "orderId")
    return fields["orderId"]


def amount_of(fields: Mapping[str, str]) -> int:
    """Fen of a request about money, in yuan alone."""
    require(fields, "txnAmt", "currencyCode", "backUrl")
    if not _AMOUNT.fullmatch(fields["txnAmt"]):
        raise Refused(Code.FORMAT, "txnAmt")
    if fields["currencyCode"] != "156":
        raise Refused(Code.FORMAT, "currencyCode")
    return int(fields["txnAmt"])


def time_of(fields: Mapping[str, str], name: str) -> datetime:
    found = instant(fields[name])
    if found is None:
        raise Refused(Code.FORMAT, name)
    return found
