"""A line of the event feed: its form on the wire, and the event it reports once everything in it holds."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from backend.citizens.models import Holder, SubjectKind
from backend.city.city import City
from backend.city.models import EventFact, EventType, FactKind
from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.departments.event_faults import (
    BAD_FACT,
    DATES_OUT_OF_ORDER,
    MISSING_FACT,
    SAME_PERSON,
    UNKNOWN_EVENT_TYPE,
    UNKNOWN_FACT,
)
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


class WirePerson(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody else whom a fact names."""

    number: Short
    name: str | None = None


class WireEvent(Struct, frozen=True, forbid_unknown_fields=True):
    """As a department writes it."""

    id: SourceId
    type: Short
    subject: WireSubject
    occurred_at: str
    updated_at: str
    facts: dict[str, str | WirePerson] = {}
    withdrawn: bool = False


class Party(Struct, frozen=True):
    """Somebody a line names. `named`: they may be made known."""

    holder: Holder
    named: bool


class Reported(Struct, frozen=True, omit_defaults=True):
    """An event as a department reports it. `named`: the subject may be made known. `withdrawn`: it never happened.

    `people` are the facts that name somebody, by the name of the fact; `facts` are all others.
    """

    event_type: str
    subject: Holder
    named: bool
    occurred_at: datetime
    facts: dict[str, str]
    withdrawn: bool = False
    people: dict[str, Party] = {}

    @property
    def parties(self) -> tuple[Party, ...]:
        """Everybody the line names, the subject first."""
        return Party(self.subject, self.named), *self.people.values()


CLOCK_SKEW = timedelta(minutes=5)
_MAX_TEXT = 300
_NO_NAME = "-"
VALID_FROM, VALID_UNTIL = "valid_from", "valid_until"
_FOREVER = "9999-12-31"
_decoder = msgspec.json.Decoder(WireEvent)
_encoder = msgspec.json.Encoder(order="deterministic")


def read_event(raw: bytes, key: DepartmentKey, city: City, keyring: Keyring, now: datetime) -> Candidate[Reported]:
    """Decodes a line and checks all that can be checked without the database. Raises LineRefused."""
    wire = decode(_decoder, raw)
    kind = _event_type(wire, key, city)
    updated_at = _past("updated_at", wire.updated_at, now)
    subject = _party(wire.subject.kind, wire.subject.number, wire.subject.name, now)
    given = _expected(wire.facts, kind)
    reported = Reported(
        kind.code,
        subject.holder,
        subject.named,
        _past("occurred_at", wire.occurred_at, now),
        _facts(given, city),
        wire.withdrawn,
        _people(given, subject.holder, now),
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


def _party(kind: SubjectKind, number: str, name: str | None, now: datetime) -> Party:
    holder = Holder(kind, number, _NO_NAME if name is None else name)
    return Party(check_owner(holder, local_date(now)), name is not None)


def _expected(given: Mapping[str, str | WirePerson], kind: EventType) -> list[tuple[EventFact, str | WirePerson]]:
    """The facts of the type that are given: no others, and none that is required left out."""
    expected = {fact.name: fact for fact in kind.facts}
    for name in given:
        if name not in expected:
            raise LineRefused(UNKNOWN_FACT, fact=name[:40])
    for fact in kind.facts:
        if fact.required and fact.name not in given:
            raise LineRefused(MISSING_FACT, fact=fact.name)
    return [(expected[name], value) for name, value in given.items()]


def _facts(given: Sequence[tuple[EventFact, str | WirePerson]], city: City) -> dict[str, str]:
    """Each in the form of its kind; of a right that is given for a time, the end not before the beginning."""
    facts = {}
    for fact, value in given:
        if fact.kind is not FactKind.PERSON:
            if isinstance(value, WirePerson):
                raise LineRefused(BAD_FACT, fact=fact.name, kind=fact.kind)
            facts[fact.name] = _fact(fact, value, city)
    if facts.get(VALID_UNTIL, _FOREVER) < facts.get(VALID_FROM, ""):
        raise LineRefused(DATES_OUT_OF_ORDER, earlier=VALID_FROM, later=VALID_UNTIL)
    return facts


def _people(given: Sequence[tuple[EventFact, str | WirePerson]], subject: Holder, now: datetime) -> dict[str, Party]:
    people = {}
    for fact, value in given:
        if fact.kind is FactKind.PERSON:
            if not isinstance(value, WirePerson):
                raise LineRefused(BAD_FACT, fact=fact.name, kind=fact.kind)
            party = _party(SubjectKind.PERSON, value.number, value.name, now)
            if (party.holder.kind, party.holder.number) == (subject.kind, subject.number):
                raise LineRefused(SAME_PERSON, fact=fact.name)
            people[fact.name] = party
    return people


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
        case FactKind.PERSON:
            known = False  # not a text
    if not known:
        raise LineRefused(BAD_FACT, fact=fact.name, kind=fact.kind)
    return value
