"""A guide as schema.org tells it: a GovernmentService for programs that read pages."""

from collections.abc import Iterator
from typing import Any

from backend.catalogue.indexing import item_url
from backend.city.city import City
from backend.city.items import Channel, Item
from backend.city.models import Text

_AUDIENCES = {"person": "Citizens", "enterprise": "Businesses"}


def government_service(city: City, item: Item, public_url: str) -> dict[str, Any]:
    """https://schema.org/GovernmentService; what is not known is left out."""
    url = public_url.rstrip("/") + item_url(item.code)
    department = city.departments.get(item.department or "")
    document: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": url,
        "url": url,
        "identifier": item.code,
        "name": list(_said(item.title)),
        "areaServed": {"@type": "AdministrativeArea", "name": list(_said(city.profile.name))},
        "audience": [{"@type": "Audience", "audienceType": _AUDIENCES[each]} for each in item.subjects],
        "availableChannel": list(_channels(city, item, url)),
    }
    if item.summary:
        document["description"] = list(_said(item.summary))
    if department:
        document["provider"] = {"@type": "GovernmentOrganization", "name": list(_said(department.name))}
    if item.fees or item.charged is False:
        document["isAccessibleForFree"] = _is_free(city, item)
    return document


def _is_free(city: City, item: Item) -> bool:
    return item.charged is False or all(fee.amount_fen == 0 for fee in city.fees_of(item))


def _channels(city: City, item: Item, url: str) -> Iterator[dict[str, Any]]:
    if Channel.ONLINE in item.channels:
        yield {"@type": "ServiceChannel", "name": "online", "serviceUrl": url}
    for place in item.places:
        location = {"@type": "Place", "name": list(_said(place.name))}
        yield {"@type": "ServiceChannel", "name": "counter", "serviceLocation": location}
    number = item.consult_phone or city.profile.hotline.number
    yield {"@type": "ServiceChannel", "name": "phone", "servicePhone": {"@type": "ContactPoint", "telephone": number}}


def _said(text: Text) -> Iterator[dict[str, str]]:
    """In each language that there is, marked (JSON-LD 1.1, section 4.2.4)."""
    yield {"@language": "zh-CN", "@value": text.zh}
    if text.en:
        yield {"@language": "en", "@value": text.en}
