"""Dangling references: codes of entries that are not there."""

from collections.abc import Iterator

from backend.city.checks.known import Known
from backend.city.models import Strict
from backend.city.references import references_of


def check_references(value: Strict, known: Known) -> Iterator[str]:
    for field, kind, code in references_of(value):
        if code is not None and not known.has(kind, code):
            yield f"{field}: there is no {code} among the {kind}"
