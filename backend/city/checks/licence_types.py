"""Consistency of licence types: codes, terms of validity, renewal windows, rungs."""

import re
from collections.abc import Iterator
from itertools import pairwise

from backend.city.checks.known import Known
from backend.city.items import Item
from backend.city.licence_types import LicenceType, RenewalWindow, Term, Validity, ValidityKind
from backend.core.identity_numbers import InvalidNumber, check_credit_code

_CATALOGUE = re.compile(r"\d{15}")
_TYPE = re.compile(r"([0-9A-Z]{18})[0-9A-Z]{3}")


def check_licence_type(kind: LicenceType, known: Known) -> Iterator[str]:
    yield from _codes(kind)
    if not kind.holders:
        yield "holders: it must say who holds it"
    if kind.validity:
        yield from _validity(kind.validity)
    if kind.renewal_window:
        yield from _window(kind.renewal_window)
        if kind.validity and kind.validity.kind is ValidityKind.UNLIMITED:
            yield "renewal_window: it never expires"
    yield from _rungs(kind.reminder_rungs)
    if kind.void_after and kind.void_after.value <= 0:
        yield "void_after: is not positive"
    item = known.find(Item, "items", kind.renewing_item)
    if item and not set(item.subjects) & set(kind.holders):
        yield f"renewing_item: {item.code} is not for its holders"


def _codes(kind: LicenceType) -> Iterator[str]:
    if kind.catalogue_code is not None and not _CATALOGUE.fullmatch(kind.catalogue_code):
        yield "catalogue_code: has 15 digits"
    if kind.type_code is not None:
        shape = _TYPE.fullmatch(kind.type_code)
        try:
            check_credit_code(shape[1] if shape else "")
        except InvalidNumber as error:
            yield f"type_code: is the credit code of an authority and three characters; {error.en}"


def _validity(validity: Validity) -> Iterator[str]:
    terms = validity.terms
    if validity.kind is ValidityKind.UNLIMITED:
        yield from ["validity: an unlimited one has no terms"] if terms else []
    elif not terms:
        yield "validity: has no terms"
    if validity.kind is ValidityKind.FIXED and len(terms) > 1:
        yield "validity: a fixed one has one term"
    if validity.kind is ValidityKind.BY_AGE:
        yield from _ages(terms)
    for term in terms:
        yield from _term(term)


def _term(term: Term) -> Iterator[str]:
    if term.long_term == (term.value is not None):
        yield "validity: a term has a value or is long-term"
    if (term.value is None) != (term.unit is None):
        yield "validity: a term has a value and a unit, or neither"
    if term.value is not None and term.value <= 0:
        yield "validity: a term is not positive"


def _ages(terms: tuple[Term, ...]) -> Iterator[str]:
    for younger, older in pairwise(terms):
        if younger.max_age is None or older.min_age != younger.max_age + 1:
            yield "validity: the bands of age do not follow one another"
    if terms and (terms[0].min_age or terms[-1].max_age is not None):
        yield "validity: the bands of age do not cover every age"


def _window(window: RenewalWindow) -> Iterator[str]:
    if window.open_before is None and window.close_before is None:
        yield "renewal_window: neither opens nor closes"
    if window.open_before is not None and window.close_before is not None and window.open_before <= window.close_before:
        yield "renewal_window: closes before it opens"
    if (window.open_before or 0) < 0 or (window.close_before or 0) < 0:
        yield "renewal_window: is negative"


def _rungs(rungs: tuple[int, ...]) -> Iterator[str]:
    if any(later >= earlier for earlier, later in pairwise(rungs)):
        yield "reminder_rungs: do not go down from the earliest day to the latest"
