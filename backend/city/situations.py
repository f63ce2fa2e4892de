"""A guide narrowed to one situation: the exact materials, fees, conditions and steps."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from backend.city.guide_parts import Condition, Material, Step
from backend.city.items import Item
from backend.city.questions import When, complete_paths, is_met

Part = TypeVar("Part", Condition, Material, Step)


def narrowed(item: Item, chosen: When) -> Item:
    """The same item with only what belongs to the situation; what open questions may still bring is kept."""

    def parts(every: Iterable[Part]) -> tuple[Part, ...]:
        return tuple(part for part in every if is_met(part.when, item.questions, chosen))

    return msgspec.structs.replace(
        item,
        conditions=parts(item.conditions),
        materials=parts(item.materials),
        steps=parts(item.steps),
        fees=tuple(fee for fee in item.fees if is_met(item.fees_when.get(fee, ()), item.questions, chosen)),
    )


def situations(item: Item) -> dict[When, Item]:
    """Every situation the questions can lead to, with its guide."""
    return {chosen: narrowed(item, chosen) for chosen in complete_paths(item.questions)}
