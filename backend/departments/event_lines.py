"""A line of the event feed: its form on the wire, and the event it reports once everything in it holds."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from backend.citizens.models import Holder, SubjectKind
from backend.city.city import City
from backend.city.models import EventFact, EventType, FactKind
from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.departments.event_faults import BAD_FACT, MISSING_FACT, UNKNOWN_EVENT_TYPE, UNKNOWN_FACT
from backend.departments.faults import IN_FUTURE, OUT_OF_SCOPE, WRONG_HOLDER_KIND, LineRefused
from backend.departments.instants import read_date, read_time
from backend.departments.models import DepartmentKey
from backend.departments.owners import CITY_SUBJECTS, check_owner, owner_key
from backend.departments.protocol import Candidate
from backend.departments.reading import Short, SourceId, decode


class WireSubject(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom it is about. With a name somebody unknown is made known."""

    kind: SubjectKind
    number: Short
    name: str | None = None


class WireEvent(Struct, frozen=True, forbid_unknown_fields=True):
    """As a department writes it."""

    id: SourceId
    type: Short
    subject: WireSubject
    occurred_at: str
    updated_at: str
    facts: dict[str, str] = {}
    withdrawn: bool = False


class Reported(Struct, frozen=True, omit_defaults=True):
    """An event as a department reports it. `named`: the subject may be made known. `withdrawn`: it never happened."""

    event_type: str
    subject: Holder
    named: bool
    occurred_at: datetime
    facts: dict[str, str]
    withdrawn: bool = False


CLOCK_SKEW = timedelta(minutes=5)
_MAX_TEXT = 300
_NO_NAME = "-"
_decoder = msgspec.json.Decoder(WireEvent)
_encoder = msgspec.json.Encoder(order="deterministic")


def read_event(raw: bytes, key: DepartmentKey, city: City, keyring: Keyring, now: datetime) -> Candidate[Reported]:
    """Decodes a line and checks all that can be checked without the database. Raises LineRefused."""
    wire = decode(_decoder, raw)
    kind = _event_type(wire, key, city)
    updated_at = _past("updated_at", wire.updated_at, now)
    name = _NO_NAME if wire.subject.name is None else wire.subject.name
    reported = Reported(
        kind.code,
        check_owner(Holder(wire.subject.kind, wire.subject.number, name), local_date(now)),
        wire.subject.name is not None,
        _past("occurred_at", wire.occurred_at, now),
        _facts(wire.facts, kind, city),
        wire.withdrawn,
    )
    fingerprint = keyring.lookup("feed.events", _encoder.encode(reported).decode())
    return Candidate(wire.id, updated_at, owner_key(keyring, reported.subject), fingerprint, reported)


def _event_type(wire: WireEvent, key: DepartmentKey, city: City) -> EventType:
    kind = city.event_types.get(wire.type)
    if kind is None:
        raise LineRefused(UNKNOWN_EVENT_TYPE, type=wire.type)
    if not key.allows("events", wire.type):
        raise LineRefused(OUT_OF_SCOPE, type=wire.type)
    if CITY_SUBJECTS[wire.subject.kind] not in kind.subjects:
        raise LineRefused(WRONG_HOLDER_KIND, type=wire.type)
    return kind


def _past(field: str, text: str, now: datetime) -> datetime:
    moment = read_time(field, text)
    if moment > now + CLOCK_SKEW:
        raise LineRefused(IN_FUTURE, field=field)
    return moment


def _facts(given: Mapping[str, str], kind: EventType, city: City) -> dict[str, str]:
    """Exactly the facts of the type, each in the form of its kind."""
    expected = {fact.name: fact for fact in kind.facts}
    for name in given:
        if name not in expected:
            raise LineRefused(UNKNOWN_FACT, fact=name[:40])
    for fact in kind.facts:
        if fact.required and fact.name not in given:
            raise LineRefused(MISSING_FACT, fact=fact.name)
    return {name: _fact(expected[name], value, city) for name, value in given.items()}


def _fact(fact: EventFact, value: str, city: City) -> str:
    match fact.kind:
        case FactKind.DATE:
            return read_date(fact.name, value).isoformat()
        case FactKind.TEXT:
            known = 0 < len(value) <= _MAX_TEXT and value.isprintable()
        case FactKind.REGION:
            known = value in city.regions
        case FactKind.LICENCE_TYPE:
            known = value in city.licence_types
        case FactKind.ITEM:
            known = value in city.items
        case FactKind.CHOICE:
            known = value in fact.options
    if not known:
        raise LineRefused(BAD_FACT, fact=fact.name, kind=fact.kind)
    return value
