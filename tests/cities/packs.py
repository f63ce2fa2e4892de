"""What every made pack needs: its files as plain data, and the parts no city can do without."""

from pathlib import Path
from typing import Any

import yaml

Files = dict[str, Any]
EMPTY = (
    "licence_types.yaml",
    "fees.yaml",
    "rules.yaml",
    "packages.yaml",
    "life_stages.yaml",
    "events.yaml",
    "calendar.yaml",
)


def text(zh: str, en: str | None = None) -> dict[str, str]:
    return {"zh": zh, "en": en} if en else {"zh": zh}


def profile(*, region: str, prefix: str, name: str, product: str, hotline: str, tiles: list[Any], source: str) -> Any:
    """`tiles`: at least eight shortcuts; the first six are for elders too."""
    return {
        "region": region,
        "prefix": prefix,
        "name": text(name),
        "product_name": text(product),
        "time_zone": "Asia/Shanghai",
        "hotline": {"number": hotline, "name": text("服务热线")},
        "skyline": "M0 60h280",
        "locales": ["zh-CN", "en"],
        "common_services": tiles[:8],
        "elder_services": tiles[:6],
        "popular_searches": [tile["label"] for tile in tiles[:4]],
        "sources": [source],
    }


def write_pack(files: Files, directory: Path) -> Path:
    """The pack on disk, with empty files for what the city does not say."""
    empty: Files = {name: [] for name in EMPTY}
    for name, content in (empty | files).items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True), encoding="utf-8")
    return directory
