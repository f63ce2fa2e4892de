"""Consistency of what surrounds the items: fees, packages, regions, events, calendar, the city's profile."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.city.licence_types import LicenceType
from backend.city.models import (
    Department,
    EventType,
    FactKind,
    Fee,
    HolidayYear,
    LifeStage,
    Package,
    Profile,
    Region,
    RegionLevel,
    Source,
    Strict,
    Synonym,
    Theme,
    Tile,
)
from backend.city.rules import Rule

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SLUGGED = LicenceType | Fee | Rule | Package | Theme | LifeStage | Department | Source | Synonym
_EVENT = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
_ADDRESS = re.compile(r"https?://[0-9A-Za-z.-]+(:\d+)?(/[^\s\"<>]*)?", re.ASCII)
_LABEL_LENGTH = 5
_SATURDAY = 5


def check_surroundings(value: Strict) -> Iterator[str]:
    if isinstance(value, _SLUGGED) and not _SLUG.fullmatch(value.code):
        yield "code: is words of small letters joined by -"
    match value:
        case Fee():
            yield from _fee(value)
        case Package():
            yield from _package(value)
        case Region():
            yield from _region(value)
        case EventType():
            yield from _event_type(value)
        case HolidayYear():
            yield from _year(value)
        case Theme():
            yield from _icon(value.icon)
        case Profile():
            yield from _profile(value)


def _fee(fee: Fee) -> Iterator[str]:
    if fee.amount_fen is None and not fee.variable:
        yield "amount_fen: is missing; a fee that is not fixed is variable"
    if fee.amount_fen is not None and (fee.variable or fee.amount_fen < 0):
        yield "amount_fen: is negative, or given for a variable fee"
    if fee.amount_fen != 0 and not fee.basis and not fee.legal_basis:
        yield "basis: no fee without a price document or a law (行政许可法 art. 58)"
    for low, high in ((fee.min_fen, fee.max_fen), (fee.min_rate_bp, fee.max_rate_bp)):
        if (low is None) != (high is None) or (low or 0) > (high or 0):
            yield "range: needs both ends, the lower one first"


def _package(package: Package) -> Iterator[str]:
    if bool(package.items) != (package.composition is not None):
        yield "composition: says where the items come from, and only that"
    if len(set(package.items)) < len(package.items):
        yield "items: one is named twice"
    yield from _icon(package.icon)


def _region(region: Region) -> Iterator[str]:
    digits = 9 if region.level in {RegionLevel.SUBDISTRICT, RegionLevel.TOWN, RegionLevel.TOWNSHIP} else 6
    if not (region.code.isdecimal() and len(region.code) == digits):
        yield f"code: a {region.level} has {digits} digits"
    if region.parent and not region.code.startswith(region.parent.rstrip("0")):
        yield f"parent: does not lie in {region.parent}"


def _event_type(event_type: EventType) -> Iterator[str]:
    if not _EVENT.fullmatch(event_type.code):
        yield "code: is subject.happened in small letters"
    names = [fact.name for fact in event_type.facts]
    if len(set(names)) < len(names):
        yield "facts: one is named twice"
    for fact in event_type.facts:
        if (fact.kind is FactKind.CHOICE) != (len(set(fact.options)) > 1):
            yield f"facts: {fact.name}: a choice, and only a choice, has options to choose from"


def _year(year: HolidayYear) -> Iterator[str]:
    if not re.fullmatch(r"20\d\d", year.code):
        yield "code: is a year"
        return
    for rest in year.breaks:
        if rest.last < rest.first or {rest.first.year, rest.last.year} != {int(year.code)}:
            yield f"breaks: {rest.name.zh} ends before it begins or lies outside {year.code}"
    ordered = sorted(year.breaks, key=lambda rest: rest.first)
    for earlier, later in pairwise(ordered):
        if later.first <= earlier.last:
            yield f"breaks: {earlier.name.zh} and {later.name.zh} overlap"
    for day in year.make_up_days:
        yield from _make_up_day(day, year)


def _make_up_day(day: date, year: HolidayYear) -> Iterator[str]:
    if day.year != int(year.code):
        yield f"make_up_days: {day} lies outside {year.code}"
    if day.weekday() < _SATURDAY:
        yield f"make_up_days: {day} is no weekend"
    if any(rest.first <= day <= rest.last for rest in year.breaks):
        yield f"make_up_days: {day} lies in a break"


def _profile(profile: Profile) -> Iterator[str]:
    try:
        ZoneInfo(profile.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield f"time_zone: there is no {profile.time_zone}"
    if profile.fiscal_check_url is not None and not _ADDRESS.fullmatch(profile.fiscal_check_url):
        yield "fiscal_check_url: is an address that begins with https:// or http://"
    for field, tiles, number in (
        ("common_services", profile.common_services, 8),
        ("elder_services", profile.elder_services, 6),
    ):
        if len(tiles) != number:
            yield f"{field}: the home page has room for {number}"
        for tile in tiles:
            yield from (f"{field}: {tile.label.zh}: {message}" for message in _tile(tile))


def _tile(tile: Tile) -> Iterator[str]:
    if sum(target is not None for target in (tile.item, tile.theme, tile.page)) != 1:
        yield "leads to exactly one item, theme or page"
    if len(tile.label.zh) > _LABEL_LENGTH:
        yield f"has more than {_LABEL_LENGTH} characters"
    yield from _icon(tile.icon)


def _icon(icon: str) -> Iterator[str]:
    if not _SLUG.fullmatch(icon):
        yield f"icon: {icon} is no name of an icon"
