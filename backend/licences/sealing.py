"""What is written on a licence, sealed: each value is bound to its licence and column."""

from typing import NamedTuple
from uuid import UUID

import msgspec

from backend.core.crypto import Keyring
from backend.licences.lines import Declared

_NUMBER, _IDENTIFIER, _FACE = b"number", b"identifier", b"face"
_face_decoder = msgspec.json.Decoder(dict[str, str])


class Sealed(NamedTuple):
    number: bytes
    identifier: bytes | None
    face: bytes | None


class Opened(NamedTuple):
    number: str
    identifier: str | None
    face: dict[str, str]


def seal_declared(keyring: Keyring, licence_id: UUID, declared: Declared) -> Sealed:
    """Under the current key, which the row must keep the id of."""
    of = licence_id.bytes
    face = None if declared.face is None else msgspec.json.encode(declared.face).decode()
    return Sealed(
        keyring.seal(declared.number, context=of + _NUMBER),
        None if declared.identifier is None else keyring.seal(declared.identifier, context=of + _IDENTIFIER),
        None if face is None else keyring.seal(face, context=of + _FACE),
    )


def open_sealed(keyring: Keyring, key_id: str, licence_id: UUID, sealed: Sealed) -> Opened:
    """Raises InvalidTag where a value was moved to another licence or column, or altered."""
    of = licence_id.bytes
    identifier = sealed.identifier and keyring.open(key_id, sealed.identifier, context=of + _IDENTIFIER)
    face = sealed.face and keyring.open(key_id, sealed.face, context=of + _FACE)
    return Opened(
        keyring.open(key_id, sealed.number, context=of + _NUMBER),
        identifier or None,
        _face_decoder.decode(face) if face else {},
    )
