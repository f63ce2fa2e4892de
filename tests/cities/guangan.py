"""Converts the public list of items of Guang'an district (511602) into a pack: how another city's data is taken over.

python -m tests.cities.guangan items_guangan.json my-city
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from pypinyin import lazy_pinyin

from tests.cities.packs import Files, profile, text, write_pack

REGION, CITY_REGION, PREFIX, SOURCE = "511602", "511600", "GA", "sczwfw"
TYPES = {
    "行政许可": "01",
    "行政给付": "05",
    "行政确认": "07",
    "行政奖励": "08",
    "行政裁决": "09",
    "其他行政权力": "10",
    "公共服务": "20",
}
_COUNTY = "4"
_SUBJECTS = {"person": ["person"], "enterprise": ["enterprise"], "both": ["person", "enterprise"]}
_ICON = "landmark"
_TILE_THEMES = 7


def convert(listed: list[dict[str, Any]]) -> Files:
    """File name → content. What the list does not say stays out; whom an item is for, if unknown, is everybody."""
    codes = _codes(listed)
    audience = _audience(listed)
    tiles = [_tile(theme) for theme, _ in _themes(listed).most_common(_TILE_THEMES)]
    everything = {"label": text("全部服务"), "icon": "layout-grid", "page": "services"}
    return {
        "city.yaml": profile(
            region=REGION,
            prefix=PREFIX,
            name="广安区",
            product="广安区政务服务",
            hotline="12345",
            tiles=[*tiles[:5], everything, *tiles[5:]],
            source=SOURCE,
        ),
        "items/all.yaml": [_item(entry, code) for entry, code in zip(listed, codes, strict=True)],
        "themes.yaml": [
            {"code": slug(name), "name": text(name), "icon": _ICON, "subjects": sorted(subjects), "sources": [SOURCE]}
            for name, subjects in audience.items()
        ],
        "departments.yaml": [
            {"code": slug(name), "name": text(name), "region": REGION, "sources": [SOURCE]}
            for name in sorted({entry["department"] for entry in listed})
        ],
        "regions.yaml": [
            {"code": CITY_REGION, "name": text("广安市"), "level": "city", "sources": [SOURCE]},
            {"code": REGION, "name": text("广安区"), "level": "district", "parent": CITY_REGION, "sources": [SOURCE]},
        ],
        "sources.yaml": [{"code": SOURCE, "title": "四川政务服务网广安区事项清单", "confidence": "official"}],
    }


def slug(name: str) -> str:
    """A code from a Chinese name: its pinyin."""
    return "-".join(word for word in lazy_pinyin(name) if word.isascii() and word.isalnum()).lower()


def _codes(listed: list[dict[str, Any]]) -> list[str]:
    """The basic code in small letters; a number is added where several items share it."""
    codes, seen = [], Counter[str]()
    for entry in listed:
        base = entry["item_code"].split("-")[0].lower()
        seen[base] += 1
        codes.append(f"{PREFIX}-{base}" if seen[base] == 1 else f"{PREFIX}-{base}-{seen[base]}")
    return codes


def _item(entry: dict[str, Any], code: str) -> dict[str, Any]:
    derived = entry.get("derived", {})
    item = {
        "code": code,
        "code_scheme": "platform",
        "title": text(entry["name"]),
        "region": REGION,
        "official": {"standard": "local", "base": entry["item_code"].split("-")[0], "handling": entry["item_code"]},
        "item_type": TYPES[entry["kind"]],
        "level": _COUNTY,
        "subjects": _SUBJECTS[derived.get("subject", "both")],
        "department": slug(entry["department"]),
        "sources": [SOURCE],
    }
    if "theme" in derived:
        item["themes"] = [slug(derived["theme"])]
    if entry.get("parent_item", entry["name"]) != entry["name"]:
        item["aliases"] = [entry["parent_item"]]
    return item


def _themes(listed: list[dict[str, Any]]) -> Counter[str]:
    return Counter(entry["derived"]["theme"] for entry in listed if "theme" in entry.get("derived", {}))


def _audience(listed: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Theme → whom its items are for, the largest theme first."""
    audience: dict[str, set[str]] = {name: set() for name, _ in _themes(listed).most_common()}
    for entry in listed:
        derived = entry.get("derived", {})
        if "theme" in derived:
            audience[derived["theme"]].update(_SUBJECTS[derived.get("subject", "both")])
    return audience


def _tile(theme: str) -> dict[str, Any]:
    return {"label": text(theme), "icon": _ICON, "theme": slug(theme)}


if __name__ == "__main__":
    write_pack(convert(json.loads(Path(sys.argv[1]).read_text("utf-8"))["items"]), Path(sys.argv[2]))
