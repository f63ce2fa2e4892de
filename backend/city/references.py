"""What an entry refers to: codes of other entries, under the names of the fields that hold them."""

from collections.abc import Iterator

from backend.city.items import Item
from backend.city.licence_types import LicenceType
from backend.city.models import NATIONAL, Fee, Package, Profile, Region, Strict
from backend.city.rule_examples import Example, RuleExamples
from backend.city.rules import Rule

Reference = tuple[str, str, str | None]
"""Field, kind, and the code that has to exist, where there is one."""


def references_of(value: Strict) -> Iterator[Reference]:
    for source in getattr(value, "sources", ()):
        yield "sources", "sources", source
    region = getattr(value, "region", None)
    if region != NATIONAL:
        yield "region", "regions", region
    match value:
        case Item():
            yield from _of_item(value)
        case LicenceType():
            yield "renewing_item", "items", value.renewing_item
        case Fee():
            yield "department", "departments", value.department
        case Rule():
            yield from _of_rule(value)
        case RuleExamples():
            yield "code", "rules", value.code
            for example in (value.speaks_to, *value.not_to):
                yield from _of_example(example)
        case Package():
            yield "life_stage", "life_stages", value.life_stage
            yield from (("items", "items", code) for code in value.items)
        case Region():
            yield "parent", "regions", value.parent
        case Profile():
            yield from _of_profile(value)


def _of_item(item: Item) -> Iterator[Reference]:
    yield "department", "departments", item.department
    yield "result", "licence_types", item.result
    yield from (("themes", "themes", code) for code in item.themes)
    yield from (("life_stages", "life_stages", code) for code in item.life_stages)
    yield from (("fees", "fees", code) for code in item.fees)
    yield from (("materials: waived_by", "licence_types", material.waived_by) for material in item.materials)
    yield from (("places: region", "regions", place.region) for place in item.places)
    yield from (("faq: source", "sources", faq.source) for faq in item.faq)
    options = (option for question in item.questions for option in question.options)
    yield from (("questions: item", "items", option.referral.item) for option in options if option.referral)


def _of_rule(rule: Rule) -> Iterator[Reference]:
    yield "event_type", "event_types", rule.event_type
    yield "licence_type", "licence_types", rule.licence_type
    yield "target_item", "items", rule.target_item
    yield "target_package", "packages", rule.target_package
    yield "fee", "fees", rule.fee
    for field in ("requires", "unless", "done_when"):
        for condition in getattr(rule, field):
            yield f"{field}: holds", "licence_types", condition.holds
            yield f"{field}: event", "event_types", condition.event


def _of_example(example: Example) -> Iterator[Reference]:
    yield from (("licences", "licence_types", licence.licence_type) for licence in example.licences)
    yield from (("events", "event_types", event.event_type) for event in example.events)
    yield from (("bills", "fees", bill.fee) for bill in example.bills)


def _of_profile(profile: Profile) -> Iterator[Reference]:
    for field, tiles in (("common_services", profile.common_services), ("elder_services", profile.elder_services)):
        for tile in tiles:
            yield field, "items", tile.item
            yield field, "themes", tile.theme
