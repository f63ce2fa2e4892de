"""Numbers of orders and refunds: 31 letters and digits that only this house can turn back into their owner."""

import os
from datetime import datetime
from uuid import UUID

from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.payments.models import OrderNo, RefundNo

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NONCE, _OWNER = 7, 16
_LENGTH = 31  # of 23 bytes in base 62
_SPOKEN = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is mistaken for something else


def new_order_no(keyring: Keyring, subject_id: UUID) -> OrderNo:
    """Fits `^[0-9A-Za-z]{8,32}$`. Two numbers of one owner have nothing in common to anybody else."""
    return OrderNo(_new(keyring, subject_id))


def new_refund_no(keyring: Keyring, subject_id: UUID) -> RefundNo:
    return RefundNo(_new(keyring, subject_id))


def owner_of(keyring: Keyring, number: str) -> UUID | None:
    """The owner of a number made here; of any other an owner that does not exist, or None."""
    if len(number) != _LENGTH or not number.isascii() or not number.isalnum():
        return None
    value = 0
    for character in number:
        value = value * 62 + _ALPHABET.index(character)
    if value >> 8 * (_NONCE + _OWNER):
        return None
    raw = value.to_bytes(_NONCE + _OWNER, "big")
    return UUID(bytes=_masked(keyring, raw[:_NONCE], raw[_NONCE:]))


def new_bill_no(now: datetime) -> str:
    """What people read and tell on the phone: SP, the day, eight characters."""
    return f"SP{local_date(now):%y%m%d}{spoken(os.urandom(8))}"


def spoken(raw: bytes) -> str:
    """A character for each byte, with five of its bits, that nobody mistakes for another one."""
    return "".join(_SPOKEN[byte % 32] for byte in raw)


def _new(keyring: Keyring, subject_id: UUID) -> str:
    nonce = os.urandom(_NONCE)
    value = int.from_bytes(nonce + _masked(keyring, nonce, subject_id.bytes), "big")
    digits = []
    for _ in range(_LENGTH):
        value, digit = divmod(value, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def _masked(keyring: Keyring, nonce: bytes, owner: bytes) -> bytes:
    """The owner under a pad that the house's look-up key makes of the nonce; doing it twice undoes it."""
    pad = keyring.lookup("payments.number", nonce.hex())[:_OWNER]
    return bytes(a ^ b for a, b in zip(owner, pad, strict=True))
