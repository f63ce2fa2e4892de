"""How WeChat Pay seals `resource`: AES-256-GCM, or SM4-GCM with a key of SM3 (GB/T 32907, 32905)."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import ciphers
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SM3, Hash

from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.intake import decode_base64
from backend.payments.providers.wechat.config import Cipher

_NONCE_BYTES = 12
_TAG_BYTES = 16


def unseal(cipher: Cipher, api_v3_key: str, *, nonce: str, associated_data: str, ciphertext: str) -> bytes:
    """The plaintext; `nonce` is 12 ASCII characters used as bytes, `ciphertext` base64 ending with the tag.

    Raises CallbackRefused. That it opens proves nothing about who sent it: the signature does, and comes first.
    """
    sealed = decode_base64(ciphertext)
    if not nonce.isascii() or len(nonce) != _NONCE_BYTES or len(sealed) < _TAG_BYTES:
        raise CallbackRefused(Reason.DECRYPTION)
    try:
        context = associated_data.encode()
        return _OPENERS[cipher](api_v3_key.encode(), nonce.encode(), sealed, context)
    except (InvalidTag, UnicodeEncodeError):
        raise CallbackRefused(Reason.DECRYPTION) from None


def sm4_key(api_v3_key: bytes) -> bytes:
    """The first 16 bytes of SM3 over the APIv3 key (official Java SDK, module shangmi)."""
    digest = Hash(SM3())
    digest.update(api_v3_key)
    return digest.finalize()[:16]


def _open_aes(key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
    return AESGCM(key).decrypt(nonce, sealed, context)


def _open_sm4(key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
    text, tag = sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:]
    opener = ciphers.Cipher(SM4(sm4_key(key)), GCM(nonce, tag)).decryptor()
    opener.authenticate_additional_data(context)
    return opener.update(text) + opener.finalize()


_OPENERS = {Cipher.AES: _open_aes, Cipher.SM4: _open_sm4}
