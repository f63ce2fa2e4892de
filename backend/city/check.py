"""Every fault of a pack, with the file and entry where it is."""

from collections.abc import Iterator
from pathlib import Path

from backend.city.checks.items import check_item
from backend.city.checks.known import Known
from backend.city.checks.licence_types import check_licence_type
from backend.city.checks.references import check_references
from backend.city.checks.rule_examples import check_rule_examples
from backend.city.checks.rules import check_rule
from backend.city.checks.surroundings import check_surroundings
from backend.city.checks.synonyms import check_synonym
from backend.city.checks.wording import check_wording
from backend.city.decoding import Fault
from backend.city.items import Item
from backend.city.licence_types import LicenceType
from backend.city.models import Strict, Synonym
from backend.city.pack import read_entries
from backend.city.rule_examples import RuleExamples
from backend.city.rules import Rule


def check_pack(path: Path) -> list[Fault]:
    """Everything that is wrong with the pack, sorted by file and entry; empty when it can be loaded."""
    entries, faults = read_entries(path)
    known = Known(entries)
    for entry in entries:
        if entry.value is not None:
            faults += [Fault(entry.file, entry.key, message) for message in _messages(entry.value, known)]
    return sorted(faults)


def _messages(value: Strict, known: Known) -> Iterator[str]:
    yield from check_references(value, known)
    yield from check_wording(value)
    yield from check_surroundings(value)
    if isinstance(value, Item):
        yield from check_item(value, known)
    if isinstance(value, LicenceType):
        yield from check_licence_type(value, known)
    if isinstance(value, Rule):
        yield from check_rule(value, known)
    if isinstance(value, RuleExamples):
        yield from check_rule_examples(value, known)
    if isinstance(value, Synonym):
        yield from check_synonym(value, known)
    if getattr(value, "sources", None) == ():
        yield "sources: it names none"
