"""The city as it is now: the current entries of its pack, ready to be looked up."""

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from backend.city.calendar import Calendar
from backend.city.errors import UnknownItem, UnknownLicenceType
from backend.city.items import Item
from backend.city.licence_types import LicenceType
from backend.city.models import Fee, Text, Tile
from backend.city.pack import Pack

_SOME_DEPARTMENT = Text("报送部门", "a department")


class City(Pack, frozen=True, kw_only=True, dict=True):
    """Immutable; made once per process by `read_city`, and again when a newer pack has been loaded.

    Holds every entry of the pack by code (`city.items`, `city.packages`, …). `version` is the number of the load.
    `registered` are the names under which departments feed us, by id, for whoever has read them.
    """

    version: int
    item_versions: Mapping[str, int]
    registered: Mapping[str, str] = {}

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.holiday_years.values())

    def item(self, code: str) -> Item:
        """The item; raises UnknownItem."""
        try:
            return self.items[code]
        except KeyError:
            raise UnknownItem(item_code=code) from None

    def item_version(self, code: str) -> int:
        """Which version is current: a case keeps it, `get_edition` brings it back. Raises UnknownItem."""
        try:
            return self.item_versions[code]
        except KeyError:
            raise UnknownItem(item_code=code) from None

    def licence_type(self, code: str) -> LicenceType:
        """The licence type; raises UnknownLicenceType."""
        try:
            return self.licence_types[code]
        except KeyError:
            raise UnknownLicenceType(licence_type=code) from None

    def department_name(self, department_id: str) -> Text:
        """As the pack names it, else as it is registered; never its id, which says nothing to anybody."""
        if department_id in self.departments:
            return self.departments[department_id].name
        name = self.registered.get(department_id)
        return _SOME_DEPARTMENT if name is None else Text(name)

    def fees_of(self, item: Item) -> tuple[Fee, ...]:
        """What the item costs; empty where no fee is known, which is not the same as free."""
        return tuple(self.fees[code] for code in item.fees)

    def renewing_item(self, licence_type: str) -> Item | None:
        """The item that renews licences of this type, where there is one. Raises UnknownLicenceType."""
        code = self.licence_type(licence_type).renewing_item
        return None if code is None else self.item(code)

    @property
    def tiles(self) -> tuple[Tile, ...]:
        return self.profile.common_services

    @property
    def elder_tiles(self) -> tuple[Tile, ...]:
        return self.profile.elder_services


class Edition(Struct, frozen=True):
    """A version of an item, and the city with what the item names as it was when that version ended."""

    item: Item
    version: int
    city: City
