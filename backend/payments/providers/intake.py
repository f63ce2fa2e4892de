"""What arrives from outside, taken apart so that anything odd ends as CallbackRefused and never as another error."""

import base64
import binascii
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from backend.payments.models import OrderNo
from backend.payments.money import Fen, NotAnAmount, check_fen, parse_yuan
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.protocol import LARGEST_CALLBACK

_MOST_FIELDS = 100
_NUMBER = re.compile(r"[0-9A-Za-z_\-|*@.]{1,64}", re.ASCII)
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def check_size(body: bytes) -> None:
    if len(body) > LARGEST_CALLBACK:
        raise CallbackRefused(Reason.TOO_LARGE)


def lower_names(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by lower-case name; a name that comes in two cases with two values is refused."""
    fields: dict[str, str] = {}
    for name, value in headers.items():
        if fields.setdefault(name.lower(), value) != value:
            raise CallbackRefused(Reason.FORMAT)
    return fields


def header(fields: Mapping[str, str], name: str) -> str:
    """A header that must be there, in printable ASCII."""
    value = fields.get(name, "")
    if not value or not value.isascii() or not value.isprintable():
        raise CallbackRefused(Reason.FORMAT)
    return value


def decode_base64(text: str) -> bytes:
    """Strict and canonical: of all texts that would decode to the same bytes only one is taken."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise CallbackRefused(Reason.FORMAT) from None
    if base64.b64encode(raw).decode() != text:
        raise CallbackRefused(Reason.FORMAT)
    return raw


def parse_form(body: bytes, charset: str) -> dict[str, str]:
    """An urlencoded form, decoded once and strictly; a repeated key, a bad escape or a foreign byte is refused."""
    if not body or not body.isascii() or _BAD_ESCAPE.search(body):
        raise CallbackRefused(Reason.FORMAT)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            encoding=charset,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:  # UnicodeDecodeError is one
        raise CallbackRefused(Reason.FORMAT) from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise CallbackRefused(Reason.FORMAT)
    return fields


def field(fields: Mapping[str, str], name: str) -> str:
    """A field that must be there and say something."""
    value = fields.get(name, "")
    if not value:
        raise CallbackRefused(Reason.FIELD)
    return value


def number(text: str) -> str:
    """A number given by us or the provider: short, printable, nothing that needs quoting anywhere."""
    if _NUMBER.fullmatch(text) is None:
        raise CallbackRefused(Reason.FIELD)
    return text


def order_number(text: str) -> OrderNo:
    return OrderNo(number(text))


def fen(amount: int) -> Fen:
    try:
        return check_fen(amount)
    except NotAnAmount:
        raise CallbackRefused(Reason.AMOUNT) from None


def fen_of_yuan(text: str) -> Fen:
    try:
        return parse_yuan(text)
    except NotAnAmount:
        raise CallbackRefused(Reason.AMOUNT) from None


def fen_of_digits(text: str) -> Fen:
    """UnionPay writes fen as digits, in files with leading zeros."""
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise CallbackRefused(Reason.AMOUNT)
    return fen(int(text))


def check_ours(value: str, ours: str) -> None:
    """Merchant, seller or application: another's notice is none of ours, however well signed."""
    if value != ours:
        raise CallbackRefused(Reason.MERCHANT)
