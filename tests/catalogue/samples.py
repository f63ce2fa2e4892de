"""A small city, made up for the tests of the catalogue."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from backend.city.city import City
from backend.city.items import CodeScheme, Item
from backend.city.models import (
    Department,
    Fee,
    FeeCategory,
    Hotline,
    Package,
    Profile,
    Subject,
    Text,
    Theme,
)

SOURCES = ("made-up",)
TODAY = date(2026, 11, 20)


def item(code: str, title: str, en: str | None = None, **facts: object) -> Item:
    """An item with just these facts; everything else is not known."""
    return Item(
        code=code,
        sources=SOURCES,
        code_scheme=CodeScheme.PLATFORM,
        title=Text(title, en),
        region="310000",
        **facts,  # type: ignore[arg-type]
    )


@dataclass
class Sample:
    """The parts of a city that matter here; `city()` puts them together."""

    items: Iterable[Item]
    departments: dict[str, str] = field(default_factory=lambda: {"police": "市公安局", "hrss": "市人力资源社会保障局"})
    themes: dict[str, str] = field(default_factory=lambda: {"papers": "证件办理", "traffic": "交通出行"})
    packages: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fees: dict[str, int | None] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    version: int = 1

    def city(self) -> City:
        items = {entry.code: entry for entry in self.items}
        return City(
            version=self.version,
            profile=PROFILE,
            items=items,
            item_versions={code: self.versions.get(code, 1) for code in items},
            licence_types={},
            fees={code: _fee(code, amount) for code, amount in self.fees.items()},
            rules={},
            packages={code: _package(code, members) for code, members in self.packages.items()},
            themes={code: _theme(code, name) for code, name in self.themes.items()},
            life_stages={},
            regions={},
            departments={code: _department(code, name) for code, name in self.departments.items()},
            event_types={},
            sources={},
            holiday_years={},
        )


PROFILE = Profile(
    region="310000",
    prefix="SH",
    name=Text("样例市", "Sample City"),
    product_name=Text("样例办", "Sample Hall"),
    time_zone="Asia/Shanghai",
    hotline=Hotline("12345", Text("市民热线", "City hotline")),
    skyline="M0 0",
    locales=("zh-CN", "en"),
    common_services=(),
    elder_services=(),
    popular_searches=(Text("居住证签注", "Residence permit"),),
    sources=SOURCES,
)


def _department(code: str, name: str) -> Department:
    return Department(code=code, sources=SOURCES, name=Text(name), region="310000")


def _theme(code: str, name: str) -> Theme:
    return Theme(code=code, sources=SOURCES, name=Text(name), icon="car", subjects=(Subject.PERSON,))


def _package(code: str, members: tuple[str, ...]) -> Package:
    name = Text(f"{code}一件事")
    return Package(
        code=code,
        sources=SOURCES,
        name=name,
        short_name=Text(code),
        icon="baby",
        subjects=(Subject.PERSON,),
        items=members,
    )


def _fee(code: str, amount: int | None) -> Fee:
    return Fee(
        code=code,
        sources=SOURCES,
        name=Text("工本费", "Card fee"),
        category=FeeCategory.ADMINISTRATIVE,
        unit=Text("证", "card"),
        region="310000",
        amount_fen=amount,
    )
