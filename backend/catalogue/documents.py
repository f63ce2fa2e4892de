"""An item as a JSON document."""

from typing import Any

import msgspec

from backend.catalogue.indexing import item_url
from backend.catalogue.models import Named
from backend.city.city import City
from backend.city.items import Item


def document_of(city: City, item: Item, version: int) -> bytes:
    """The item's own facts as published; what it refers to, as it is now, apart under `related`."""
    facts: dict[str, Any] = msgspec.to_builtins(item)
    return msgspec.json.encode(
        {"version": version, "url": item_url(item.code), **facts, "related": _related(city, item)}
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
