"""A line of the licence feed: its form on the wire, and the licence it declares once everything in it holds."""

from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from backend.citizens.models import Holder
from backend.city.city import City
from backend.city.licence_types import LicenceType
from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.core.identity_numbers import InvalidNumber, check_licence_identifier
from backend.departments.faults import IN_FUTURE, OUT_OF_SCOPE, WRONG_HOLDER_KIND, LineRefused
from backend.departments.instants import read_date, read_time
from backend.departments.models import DepartmentKey
from backend.departments.owners import CITY_SUBJECTS, check_owner, owner_key
from backend.departments.protocol import Candidate
from backend.departments.reading import Short, SourceId, decode
from backend.licences.faults import (
    BAD_IDENTIFIER,
    DATES_OUT_OF_ORDER,
    FACE_TOO_LARGE,
    NOT_EXPIRED,
    SUPERSEDES_ITSELF,
    UNKNOWN_LICENCE_TYPE,
    UNKNOWN_STATUS,
)
from backend.licences.models import Status


class WireLicence(Struct, frozen=True, forbid_unknown_fields=True):
    """As a department writes it. `expires_on` must be there; null means long-term."""

    id: SourceId
    type: Short
    holder: Holder
    number: Short
    issued_on: str
    expires_on: str | None
    status: Short
    updated_at: str
    valid_from: str | None = None
    version: Annotated[int, Meta(ge=1, le=999)] | None = None
    supersedes: SourceId | None = None
    identifier: Short | None = None
    face: dict[str, str] | None = None


class Declared(Struct, frozen=True):
    """What a department says of a licence. Holds the number in clear: it is sealed when written."""

    licence_type: str
    holder: Holder
    number: str
    issued_on: date
    valid_from: date
    expires_on: date | None
    status: Status
    version: int | None
    supersedes: str | None
    identifier: str | None
    face: dict[str, str] | None


# Names, and the codes 01 to 07 and 99 of the national licence directory. 05 (expired) follows from the date.
_EXPIRED = frozenset({"05", "expired"})
_STATUS = {status.value: status for status in Status if status is not Status.SUPERSEDED} | {
    "01": Status.VALID,
    "02": Status.SUSPENDED,
    "03": Status.WITHDRAWN,
    "04": Status.CANCELLED,
    "06": Status.TRANSFERRED,
    "07": Status.REVOKED,
    "99": Status.OTHER,
}
_CLOCK_SKEW = timedelta(minutes=5)
_FACE_FIELDS, _FACE_NAME, _FACE_VALUE = 30, 40, 300
_decoder = msgspec.json.Decoder(WireLicence)
_encoder = msgspec.json.Encoder(order="deterministic")


def read_licence(raw: bytes, key: DepartmentKey, city: City, keyring: Keyring, now: datetime) -> Candidate[Declared]:
    """Decodes a line and checks all that can be checked without the database. Raises LineRefused."""
    wire = decode(_decoder, raw)
    kind = _licence_type(wire, key, city)
    updated_at = read_time("updated_at", wire.updated_at)
    if updated_at > now + _CLOCK_SKEW:
        raise LineRefused(IN_FUTURE, field="updated_at")
    declared = _declared(wire, kind, local_date(now))
    return Candidate(
        wire.id,
        updated_at,
        owner_key(keyring, declared.holder),
        keyring.lookup("feed.licences", _encoder.encode(declared).decode()),
        declared,
        () if declared.supersedes is None else (declared.supersedes,),
    )


def _licence_type(wire: WireLicence, key: DepartmentKey, city: City) -> LicenceType:
    kind = city.licence_types.get(wire.type)
    if kind is None:
        raise LineRefused(UNKNOWN_LICENCE_TYPE, type=wire.type)
    if not key.allows("licences", wire.type):
        raise LineRefused(OUT_OF_SCOPE, type=wire.type)
    if CITY_SUBJECTS[wire.holder.kind] not in kind.holders:
        raise LineRefused(WRONG_HOLDER_KIND, type=wire.type)
    return kind


def _declared(wire: WireLicence, kind: LicenceType, today: date) -> Declared:
    issued_on, valid_from, expires_on = _dates(wire)
    if wire.supersedes == wire.id:
        raise LineRefused(SUPERSEDES_ITSELF)
    return Declared(
        kind.code,
        check_owner(wire.holder, today),
        wire.number.strip(),
        issued_on,
        valid_from,
        expires_on,
        _status(wire.status, expires_on, today),
        _version(wire),
        wire.supersedes,
        wire.identifier,
        _face(wire.face),
    )


def _dates(wire: WireLicence) -> tuple[date, date, date | None]:
    issued_on = read_date("issued_on", wire.issued_on)
    valid_from = issued_on if wire.valid_from is None else read_date("valid_from", wire.valid_from)
    expires_on = None if wire.expires_on is None else read_date("expires_on", wire.expires_on)
    if not issued_on <= valid_from <= (expires_on or date.max):
        raise LineRefused(DATES_OUT_OF_ORDER)
    return issued_on, valid_from, expires_on


def _status(text: str, expires_on: date | None, today: date) -> Status:
    if text in _EXPIRED:
        if expires_on is None or expires_on >= today:
            raise LineRefused(NOT_EXPIRED)
        return Status.VALID
    try:
        return _STATUS[text]
    except KeyError:
        raise LineRefused(UNKNOWN_STATUS, status=text) from None


def _version(wire: WireLicence) -> int | None:
    """Stated by itself or within the identifier, which must agree."""
    if wire.identifier is None:
        return wire.version
    try:
        version = check_licence_identifier(wire.identifier).version
    except InvalidNumber as invalid:
        raise LineRefused(BAD_IDENTIFIER, zh=invalid.zh, en=invalid.en) from None
    if wire.version not in {None, version}:
        raise LineRefused(BAD_IDENTIFIER, zh="与 version 不一致", en="it does not agree with version")
    return version


def _face(face: dict[str, str] | None) -> dict[str, str] | None:
    if not face:
        return None
    if len(face) > _FACE_FIELDS or any(
        len(name) > _FACE_NAME or len(value) > _FACE_VALUE for name, value in face.items()
    ):
        raise LineRefused(FACE_TOO_LARGE)
    return face
