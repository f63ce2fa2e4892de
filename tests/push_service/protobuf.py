"""The few protobuf wire types that Chromium's GCM client speaks, by hand (protobuf.dev/programming-guides/encoding)."""

from asyncio import StreamReader
from collections import defaultdict

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5


class Fixed64(int):
    """An integer that travels as eight little-endian bytes."""


Value = int | str | bytes
Message = dict[int, list[int | bytes]]


def encode_varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def encode(*fields: tuple[int, Value]) -> bytes:
    """A message of `(field number, value)` pairs; a repeated field is given several times."""
    return b"".join(_encode_field(number, value) for number, value in fields)


def _encode_field(number: int, value: Value) -> bytes:
    if isinstance(value, Fixed64):
        return encode_varint(number << 3 | FIXED64) + value.to_bytes(8, "little")
    if isinstance(value, int):
        return encode_varint(number << 3 | VARINT) + encode_varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return encode_varint(number << 3 | LENGTH) + encode_varint(len(raw)) + raw


def decode(raw: bytes) -> Message:
    """Every value of every field, in order of arrival; nested messages stay bytes."""
    message: Message = defaultdict(list)
    at = 0
    while at < len(raw):
        key, at = _decode_varint(raw, at)
        value, at = _decode_value(raw, at, key & 7)
        message[key >> 3].append(value)
    return message


def text(message: Message, field: int) -> str:
    """The first value of a string field, or an empty string."""
    first = next(iter(message.get(field, ())), b"")
    return first.decode() if isinstance(first, bytes) else str(first)


async def read_varint(reader: StreamReader) -> int:
    number = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number
        shift += 7


def _decode_varint(raw: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = raw[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def _decode_value(raw: bytes, at: int, wire_type: int) -> tuple[int | bytes, int]:
    if wire_type == VARINT:
        return _decode_varint(raw, at)
    if wire_type == LENGTH:
        size, at = _decode_varint(raw, at)
    else:
        size = {FIXED64: 8, FIXED32: 4}[wire_type]
    piece = raw[at : at + size]
    return (piece if wire_type == LENGTH else int.from_bytes(piece, "little")), at + size
