"""Where a page ends: the ranking of its last item, bound to the question that it answers."""

import re
import struct
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
from msgspec import Struct

from backend.catalogue.errors import BadCursor, StaleCursor
from backend.catalogue.models import Asked

_LAYOUT = struct.Struct(">4siii")
_FORM = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]", re.ASCII)


class Place(Struct, frozen=True):
    """The sorting values of an item: how well it fits, the length of its title, its place in the pack."""

    rank: int
    length: int
    position: int


START = Place(-1, -1, -1)


def cursor_for(asked: Asked, pack_version: int, place: Place) -> str:
    packed = _LAYOUT.pack(_fingerprint(asked, pack_version), place.rank, place.length, place.position)
    return urlsafe_b64encode(packed).decode().rstrip("=")


def place_after(asked: Asked, pack_version: int) -> Place:
    """The place to go on from. Raises BadCursor, and StaleCursor where it answers another question or another pack."""
    if not asked.after:
        return START
    if not _FORM.fullmatch(asked.after):
        raise BadCursor
    fingerprint, rank, length, position = _LAYOUT.unpack(urlsafe_b64decode(asked.after + "=="))
    if fingerprint != _fingerprint(asked, pack_version):
        raise StaleCursor
    if min(rank, length, position) < 0:
        raise BadCursor
    return Place(rank, length, position)


def _fingerprint(asked: Asked, pack_version: int) -> bytes:
    question = (pack_version, asked.q, asked.theme, asked.subject, asked.department, asked.reach)
    return zlib.crc32(msgspec.json.encode(question)).to_bytes(4)
