"""What WeChat Pay signs, seals and checks ("签名生成", "签名验证", "证书和回调报文解密")."""

import base64
import binascii
import re
import secrets
import string
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Struct

from backend.sandbox.gateways.wechat.errors import bad_signature

SCHEME = "WECHATPAY2-SHA256-RSA2048"
WINDOW_S = 300

_PART = re.compile(r'([a-z_]+)="([^"]*)"')
_PARTS = {"mchid", "nonce_str", "timestamp", "serial_no", "signature"}
_LETTERS = string.ascii_letters + string.digits


class Signer(Struct, frozen=True):
    """A private key and the serial under which the other side knows it."""

    serial: str
    key: RSAPrivateKey

    def sign(self, timestamp: str, nonce: str, body: bytes) -> str:
        """Of an answer or a notice."""
        message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        return base64.b64encode(self.key.sign(message, PKCS1v15(), SHA256())).decode()

    def headers(self, body: bytes, now: datetime) -> dict[str, str]:
        timestamp, nonce = str(int(now.timestamp())), letters(32)
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": self.serial,
            "Wechatpay-Signature": self.sign(timestamp, nonce, body),
            "Wechatpay-Signature-Type": SCHEME,
        }


class Asked(Struct, frozen=True):
    """A request as it came: `path` with its query, `body` its very bytes."""

    method: str
    path: str
    body: bytes

    def message(self, timestamp: str, nonce: str) -> bytes:
        return f"{self.method}\n{self.path}\n{timestamp}\n{nonce}\n".encode() + self.body + b"\n"


class Merchant(Struct, frozen=True):
    """Whose requests are believed."""

    mchid: str
    serial: str
    key: RSAPublicKey

    def check(self, authorization: str, asked: Asked, now: datetime) -> None:
        """Raises WechatError SIGN_ERROR for whatever is not this merchant's, signed just now."""
        scheme, _, rest = authorization.partition(" ")
        parts = dict(_PART.findall(rest))
        if scheme != SCHEME or set(parts) != _PARTS:
            raise bad_signature("Http头Authorization值格式错误")
        if (parts["mchid"], parts["serial_no"]) != (self.mchid, self.serial):
            raise bad_signature("商户号或商户证书序列号有误")
        timestamp = parts["timestamp"]
        if not timestamp.isdecimal() or abs(now.timestamp() - int(timestamp)) >= WINDOW_S:
            raise bad_signature("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
        try:
            signature = base64.b64decode(parts["signature"], validate=True)
            self.key.verify(signature, asked.message(timestamp, parts["nonce_str"]), PKCS1v15(), SHA256())
        except (binascii.Error, InvalidSignature):
            raise bad_signature("签名错误，请检查后再试") from None


def read_merchant(mchid: str, certificate_pem: str) -> Merchant:
    certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise TypeError("not an RSA key")
    return Merchant(mchid, f"{certificate.serial_number:X}", key)


def seal(api_v3_key: str, plaintext: bytes, associated_data: str) -> dict[str, str]:
    """AEAD_AES_256_GCM; the tag ends the ciphertext."""
    nonce = letters(12)
    sealed = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), plaintext, associated_data.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": associated_data,
        "nonce": nonce,
    }


def letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))
