"""One merchant of WeChat Pay and the keys on both sides."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

BASE_URL = "https://api.mch.weixin.qq.com"


class Cipher(StrEnum):
    """How `resource` is sealed: with AES, or for merchants opened for national algorithms with SM4."""

    AES = "AEAD_AES_256_GCM"
    SM4 = "AEAD_SM4_GCM"


class WechatConfig(Struct, frozen=True, kw_only=True):
    """`public_keys` by `PUB_KEY_ID_…`, `certificates` of the platform as PEM: while a merchant is moved from one to
    the other both kinds arrive, so both may be given. Signatures with SM2 are not supported: `cryptography` lacks it.
    """

    mchid: str
    appid: str
    merchant_serial: str
    merchant_key_pem: str
    api_v3_key: str
    notify_url: str
    public_keys: Mapping[str, str] = {}
    certificates: Sequence[str] = ()
    cipher: Cipher = Cipher.AES
    base_url: str = BASE_URL

    def __post_init__(self) -> None:
        if len(self.api_v3_key) != 32 or not self.api_v3_key.isascii():
            raise ValueError("the APIv3 key must be 32 ASCII characters")
        if "?" in self.notify_url:
            raise ValueError("WeChat Pay takes no query string in notify_url")
