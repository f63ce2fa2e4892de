"""Consistency of guides: materials, steps, results, phones, questions people ask."""

import re
from collections.abc import Iterator
from itertools import pairwise

from backend.city.checks.known import Known
from backend.city.guide_parts import Faq, Limit, Material, MaterialForm, Necessity, Stage, Step
from backend.city.items import Closing, Item, ItemType
from backend.city.licence_types import LicenceType
from backend.city.models import Unit

LICENSING_STAGES = (Stage.ACCEPT, Stage.REVIEW, Stage.DECIDE, Stage.CLOSE, Stage.DELIVER)
_ORDER = list(Stage)
_PHONE = re.compile(r"0\d{2,3}-\d{7,8}|[48]00\d{7}|(0\d{2,3}-)?\d{5,6}")
_CLOSINGS = (("批复", Closing.APPROVAL), ("证", Closing.LICENCE), ("证书", Closing.LICENCE), ("文", Closing.DOCUMENT))
_DAYS = {Unit.DAY: 1.0, Unit.WORKDAY: 1.4, Unit.MONTH: 30.0, Unit.YEAR: 365.0}


def days_of(limit: Limit) -> float:
    """Calendar days, roughly: for comparing limits of different units."""
    return limit.value * _DAYS[limit.unit]


def check_guide(item: Item, known: Known) -> Iterator[str]:
    for material in item.materials:
        yield from (f"materials: {material.name.zh}: {message}" for message in _material(material))
    yield from _materials_once(item)
    yield from _steps(item)
    yield from _result(item, known)
    yield from _phones(item)
    for faq in item.faq:
        yield from (f"faq: {faq.question.zh}: {message}" for message in _faq(faq))
    if item.bookable is False and any(place.bookable for place in item.places):
        yield "places: one is bookable, but the item is not"


def _material(material: Material) -> Iterator[str]:
    if (material.necessity is Necessity.CONDITIONAL) != (material.circumstance is not None):
        yield "conditional materials, and only they, tell the circumstance"
    for field, count in (("originals", material.originals), ("copies", material.copies)):
        if count is not None and count < 0:
            yield f"{field} is negative"
    if material.originals == 0 and material.copies == 0:
        yield "neither an original nor a copy is wanted"
    if material.form is MaterialForm.ORIGINAL and material.originals == 0:
        yield "the original is wanted, but none of it"
    if material.form is MaterialForm.COPY and material.copies == 0:
        yield "a copy is wanted, but none of it"


def _materials_once(item: Item) -> Iterator[str]:
    asked = [(material.name.zh, material.when, material.circumstance) for material in item.materials]
    for name in sorted({each[0] for each in asked if asked.count(each) > 1}):
        yield f"materials: {name}: is asked for twice"


def _steps(item: Item) -> Iterator[str]:
    stages = [step.stage for step in item.steps if step.stage is not None]
    for earlier, later in pairwise(stages):
        if _ORDER.index(later) < _ORDER.index(earlier):
            yield f"steps: {later} comes after {earlier}"
    if item.item_type is ItemType.LICENSING and item.steps:
        missing = [stage for stage in LICENSING_STAGES if stage not in stages]
        if missing:
            yield f"steps: a licence passes {', '.join(LICENSING_STAGES)}; there is no {', '.join(missing)}"
        if not item.faq:
            yield "faq: a licence answers at least one question"
    yield from _step_limits(item.steps, item.promised_limit or item.legal_limit)


def _step_limits(steps: tuple[Step, ...], limit: Limit | None) -> Iterator[str]:
    limits = [step.limit for step in steps if step.limit is not None and not step.when]
    if any(each.value < 0 for each in limits):
        yield "steps: a limit is negative"
    if limit is not None and sum(map(days_of, limits)) > days_of(limit):
        yield "steps: together they take longer than the item may"


def _result(item: Item, known: Known) -> Iterator[str]:
    licence_type = known.find(LicenceType, "licence_types", item.result)
    if item.result and item.result_name:
        yield "result_name: the result is a licence type and has its name"
    if item.result_name and not item.result_sample:
        yield "result_sample: a result that is named has a sample"
    if licence_type and not set(licence_type.holders) & set(item.subjects):
        yield f"result: nobody it is for holds a {licence_type.code}"
    name = item.result_name or (licence_type.name if licence_type else None)
    wanted = next((closing for ending, closing in _CLOSINGS if name and name.zh.endswith(ending)), None)
    if item.closing and wanted and item.closing is not wanted:
        yield f"closing: a result of this name closes with {wanted}"


def _phones(item: Item) -> Iterator[str]:
    for field, phone in (("consult_phone", item.consult_phone), ("complaint_phone", item.complaint_phone)):
        if phone is not None and not _PHONE.fullmatch(phone):
            yield f"{field}: is an area code and a number, or a hotline"
    if item.consult_phone is not None and item.consult_phone == item.complaint_phone:
        yield "complaint_phone: is the one that gives advice"


def _faq(faq: Faq) -> Iterator[str]:
    if faq.basis is None and faq.source is None:
        yield "names neither an article nor a source"
