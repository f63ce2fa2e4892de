"""Message encryption for web push (RFC 8291) in one aes128gcm record (RFC 8188)."""

import hmac
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MAX_PAYLOAD_BYTES = 2559  # with the delimiter 2560: bridged subscriptions refuse bodies from 2,744 bytes on
BUCKET_BYTES = 512

_CURVE = ec.SECP256R1()
_ECDH = ec.ECDH()
_RECORD_SIZE_AND_KEY_LENGTH = (4096).to_bytes(4, "big") + b"\x41"
_LAST_RECORD = b"\x02"


class PayloadTooLarge(ValueError):
    """A payload that some push service would refuse with 413."""


def encrypt(
    payload: bytes,
    p256dh: bytes,
    auth: bytes,
    *,
    bucket_bytes: int = BUCKET_BYTES,
    sender_key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The request body for a subscription with the key `p256dh` (65 bytes, uncompressed) and the secret `auth` (16).

    Padded to a multiple of `bucket_bytes` (1: not at all), so that the length does not tell one message from another
    (RFC 8188, section 4.8). `sender_key` and `salt` are fresh for every message; tests give them to check vectors.
    Raises PayloadTooLarge beyond MAX_PAYLOAD_BYTES, ValueError for a point off the curve.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise PayloadTooLarge(f"{len(payload)} bytes, at most {MAX_PAYLOAD_BYTES}")
    key = sender_key or ec.generate_private_key(_CURVE)
    salt = salt or os.urandom(16)
    public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = key.exchange(_ECDH, ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, p256dh))
    content_key, nonce = _derive(shared, auth, salt, b"WebPush: info\0" + p256dh + public + b"\1")
    padding = bytes(-(len(payload) + 1) % bucket_bytes)
    sealed = AESGCM(content_key).encrypt(nonce, payload + _LAST_RECORD + padding, None)
    return salt + _RECORD_SIZE_AND_KEY_LENGTH + public + sealed


def _derive(shared: bytes, auth: bytes, salt: bytes, key_info: bytes) -> tuple[bytes, bytes]:
    """Content key and nonce: HKDF with SHA-256 written out as its HMACs (RFC 8291, section 3.4)."""
    input_key = hmac.digest(hmac.digest(auth, shared, "sha256"), key_info, "sha256")
    pseudorandom = hmac.digest(salt, input_key, "sha256")
    content_key = hmac.digest(pseudorandom, b"Content-Encoding: aes128gcm\0\1", "sha256")[:16]
    return content_key, hmac.digest(pseudorandom, b"Content-Encoding: nonce\0\1", "sha256")[:12]
