"""Numbers of orders and refunds: 31 letters and digits that only this house can turn back into their owner."""

import os
from datetime import datetime
from uuid import UUID

from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.payments.models import OrderNo, RefundNo

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DIGITS = {character: digit for digit, character in enumerate(_ALPHABET)}
_NONCE, _OWNER = 7, 16  # bytes
_LENGTH = 31  # of 23 bytes in base 62
_SPOKEN = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ" * 8  # nothing that is mistaken for something else


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
        value = value * 62 + _DIGITS[character]
    nonce, masked = divmod(value, 1 << 8 * _OWNER)
    return None if nonce >> 8 * _NONCE else UUID(int=masked ^ _pad(keyring, nonce))


def new_bill_no(now: datetime) -> str:
    """What people read and tell on the phone: SP, the day, eight characters."""
    return f"SP{local_date(now):%y%m%d}{spoken(os.urandom(8))}"


def spoken(raw: bytes) -> str:
    """A character for each byte, with five of its bits, that nobody mistakes for another one."""
    return raw.translate(_SPOKEN).decode()


def _new(keyring: Keyring, subject_id: UUID) -> str:
    nonce = int.from_bytes(os.urandom(_NONCE), "big")
    value = (nonce << 8 * _OWNER) + (subject_id.int ^ _pad(keyring, nonce))
    digits = []
    for _ in range(_LENGTH):
        value, digit = divmod(value, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def _pad(keyring: Keyring, nonce: int) -> int:
    """What the house's look-up key makes of the nonce: laid over the owner it hides it, laid over again it shows it."""
    return int.from_bytes(keyring.lookup("payments.number", f"{nonce:014x}")[:_OWNER], "big")
