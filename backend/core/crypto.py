"""Keys of the house: personal data sealed with AES-256-GCM, looked up by a keyed hash."""

import hmac
import os
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class Keyring:
    """Data keys by id, one of them current, and the key of the look-up hash.

    A row keeps the id of the key it was sealed with, so that keys rotate without touching old rows. The look-up key
    does not rotate: it decides which row belongs to which number.
    """

    def __init__(self, keys: Mapping[str, bytes], current: str, lookup_key: bytes) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self.current = current
        self._hash = hmac.new(lookup_key, digestmod="sha256")

    def seal(self, text: str, *, context: bytes) -> bytes:
        """Nonce, ciphertext and tag under the current key; `context` (owner and column) must be given again to open."""
        return self.seal_bytes(text.encode(), context=context)

    def seal_bytes(self, content: bytes, *, context: bytes) -> bytes:
        """The same of a file's content."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._ciphers[self.current].encrypt(nonce, content, context)

    def open(self, key_id: str, sealed: bytes, *, context: bytes) -> str:
        """The text; raises InvalidTag when the bytes, the key or the context are not those of the sealing."""
        return self.open_bytes(key_id, sealed, context=context).decode()

    def open_bytes(self, key_id: str, sealed: bytes, *, context: bytes) -> bytes:
        return self._ciphers[key_id].decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)

    def lookup(self, purpose: str, value: str) -> bytes:
        """HMAC-SHA256 (32 bytes) of a normalised value: equal values meet, the value cannot be read back."""
        keyed = self._hash.copy()  # the key has been taken in, once
        keyed.update(f"{purpose}\0{value}".encode())
        return keyed.digest()
