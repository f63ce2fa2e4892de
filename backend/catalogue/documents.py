"""An item as a JSON document."""

from typing import Any

import msgspec

from backend.catalogue.indexing import item_url
from backend.catalogue.models import Named
from backend.city.city import City, Edition
from backend.city.items import Item


def document_of(edition: Edition) -> bytes:
    """The item's own facts as published; what it refers to, as it was then, apart under `related`.

    `current_version` alone is of now: null where the item is no longer offered.
    """
    item = edition.item
    facts: dict[str, Any] = msgspec.to_builtins(item)
    return msgspec.json.encode(
        {"version": edition.version, "url": item_url(item.code), **facts, "related": _related(edition.city, item)}
    )


def _related(city: City, item: Item) -> dict[str, Any]:
    department = city.departments.get(item.department or "")
    related: dict[str, Any] = {
        "current_version": city.item_versions.get(item.code),
        "fees": [city.fees[code] for code in item.fees if code in city.fees],
    }
    if department:
        related["department"] = Named(department.code, department.name)
    return related
