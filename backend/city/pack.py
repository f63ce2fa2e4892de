"""A pack: the directory of YAML files a city puts in, and the entries read from it."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from backend.city.decoding import Fault, Unreadable, decode, read_yaml
from backend.city.errors import FaultyPack
from backend.city.items import Item
from backend.city.licence_types import LicenceType
from backend.city.models import (
    Department,
    EventType,
    Fee,
    HolidayYear,
    LifeStage,
    Package,
    Profile,
    Region,
    Source,
    Strict,
    Synonym,
    Theme,
)
from backend.city.rule_examples import RuleExamples
from backend.city.rules import Rule

SHANGHAI = Path(__file__).parent / "shanghai"
PROFILE_KEY = "city"


class Pack(Struct, frozen=True, kw_only=True):
    """All entries of a pack, by code and in the order of its files."""

    profile: Profile
    items: Mapping[str, Item]
    licence_types: Mapping[str, LicenceType]
    fees: Mapping[str, Fee]
    rules: Mapping[str, Rule]
    packages: Mapping[str, Package]
    themes: Mapping[str, Theme]
    life_stages: Mapping[str, LifeStage]
    regions: Mapping[str, Region]
    departments: Mapping[str, Department]
    event_types: Mapping[str, EventType]
    holiday_years: Mapping[str, HolidayYear]
    sources: Mapping[str, Source]
    synonyms: Mapping[str, Synonym] = {}
    rule_examples: Mapping[str, RuleExamples] = {}


class Kind(Struct, frozen=True):
    """A kind of entry; `name` is its field in `Pack` and its name in the database."""

    name: str
    struct: type[Strict]
    files: str
    optional: bool = False


KINDS = (
    Kind("profile", Profile, "city.yaml"),
    Kind("items", Item, "items/*.yaml"),
    Kind("licence_types", LicenceType, "licence_types.yaml"),
    Kind("fees", Fee, "fees.yaml"),
    Kind("rules", Rule, "rules.yaml"),
    Kind("packages", Package, "packages.yaml"),
    Kind("themes", Theme, "themes.yaml"),
    Kind("life_stages", LifeStage, "life_stages.yaml"),
    Kind("regions", Region, "regions.yaml"),
    Kind("departments", Department, "departments.yaml"),
    Kind("event_types", EventType, "events.yaml"),
    Kind("holiday_years", HolidayYear, "calendar.yaml"),
    Kind("sources", Source, "sources.yaml"),
    Kind("synonyms", Synonym, "synonyms.yaml", optional=True),
    Kind("rule_examples", RuleExamples, "rule_examples.yaml", optional=True),
)


class Entry(Struct, frozen=True):
    """One entry where it was found. `value` is None where it could not be decoded: its code still counts as taken."""

    kind: str
    key: str
    file: str
    value: Strict | None


def read_pack(path: Path) -> Pack:
    """Reads a pack without checking its sense; raises FaultyPack where an entry cannot be decoded or is there twice."""
    entries, faults = read_entries(path)
    if faults:
        raise FaultyPack(count=len(faults))
    return assemble((entry.kind, entry.key, entry.value) for entry in entries)


def assemble(entries: Iterable[tuple[str, str, Strict | None]]) -> Pack:
    """A pack from (kind, key, value), wherever they were kept."""
    fields: dict[str, Any] = {kind.name: {} for kind in KINDS}
    for kind, key, value in entries:
        fields[kind][key] = value
    fields["profile"] = fields["profile"][PROFILE_KEY]
    return Pack(**fields)


def entries_of(pack: Pack) -> Iterator[tuple[str, str, Strict]]:
    """(kind, key, value) of every entry: the reverse of `assemble`."""
    for kind in KINDS:
        content = getattr(pack, kind.name)
        yield from (
            [(kind.name, PROFILE_KEY, content)]
            if kind.struct is Profile
            else [(kind.name, key, value) for key, value in content.items()]
        )


def read_entries(path: Path) -> tuple[list[Entry], list[Fault]]:
    """Every entry of every file, and what could not be read."""
    entries: list[Entry] = []
    faults: list[Fault] = []
    known: set[Path] = set()
    for kind in KINDS:
        files = sorted(path.glob(kind.files))
        known.update(files)
        if not files and not kind.optional:
            faults.append(Fault(kind.files, "-", "the file is missing"))
        for file in files:
            found, wrong = _read_file(kind, file, str(file.relative_to(path)))
            entries += found
            faults += wrong
    for file in sorted(set(path.rglob("*.y*ml")) - known):
        faults.append(Fault(str(file.relative_to(path)), "-", "no kind of entry is kept in a file of this name"))
    return entries, faults + _taken_twice(entries)


def _read_file(kind: Kind, file: Path, name: str) -> tuple[list[Entry], list[Fault]]:
    try:
        content = read_yaml(file)
    except Unreadable as error:
        return [], [Fault(name, error.place, str(error))]
    listed = [content] if kind.struct is Profile else content
    if not isinstance(listed, list):
        return [], [Fault(name, "-", "the file is not a list of entries")]
    entries: list[Entry] = []
    faults: list[Fault] = []
    for place, raw in enumerate(listed, 1):
        value, messages = decode(kind.struct, raw)
        key = _key(kind, raw, place)
        entries.append(Entry(kind.name, key, name, value))
        faults += [Fault(name, key, message) for message in messages]
    return entries, faults


def _key(kind: Kind, raw: Any, place: int) -> str:
    if kind.struct is Profile:
        return PROFILE_KEY
    code = raw.get("code") if isinstance(raw, dict) else None
    return code if isinstance(code, str) else f"#{place}"


def _taken_twice(entries: list[Entry]) -> list[Fault]:
    first: dict[tuple[str, str], Entry] = {}
    return [
        Fault(entry.file, entry.key, f"the code is already taken in {first[entry.kind, entry.key].file}")
        for entry in entries
        if not entry.key.startswith("#") and first.setdefault((entry.kind, entry.key), entry) is not entry
    ]
