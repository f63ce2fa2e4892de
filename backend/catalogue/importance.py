"""How much an item matters to most residents: derived from what the pack puts forward. Breaks ties between names."""

from collections import Counter

from backend.city.city import City
from backend.city.items import Item

ON_HOME, ON_ELDERS_HOME, RENEWS, IN_LIFE_EVENT, TOLD_IN_FULL = 60, 40, 40, 15, 20
"""Points of an item that is a shortcut on a home page, renews a licence, is of a life event, has a full guide."""


class Importance:
    def __init__(self, city: City) -> None:
        points: Counter[str] = Counter()
        points.update({tile.item: ON_HOME for tile in city.tiles if tile.item})
        points.update({tile.item: ON_ELDERS_HOME for tile in city.elder_tiles if tile.item})
        renewing = {each.renewing_item for each in city.licence_types.values() if each.renewing_item}
        points.update(dict.fromkeys(renewing, RENEWS))
        points.update(dict.fromkeys({code for each in city.packages.values() for code in each.items}, IN_LIFE_EVENT))
        self._points = points

    def of(self, item: Item) -> int:
        """From 0 to the sum of all points."""
        return self._points[item.code] + (TOLD_IN_FULL if item.materials and item.steps else 0)
