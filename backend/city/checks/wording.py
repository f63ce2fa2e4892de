"""Texts: present, in the language they claim, and in guides never vague."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from backend.city.items import Item
from backend.city.models import Strict, Text

VAGUE = (
    "其他相关", "其他有关", "其他材料", "等材料", "等相关", "相关材料", "有关材料", "相关证明", "必要的材料",
    "规定的其他", "根据需要", "视情况", "酌情", "按有关规定",
)  # fmt: skip
"""Catch-all wording that leaves people guessing what to bring: not allowed in a guide."""

_VAGUE_EN = re.compile(
    r"\b(other relevant|other materials|as needed|as required|if necessary|where appropriate|etc)\b", re.I
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def check_wording(value: Strict) -> Iterator[str]:
    for path, text in _texts(value, ""):
        if not text.zh.strip() or (text.en is not None and not text.en.strip()):
            yield f"{path}: the text is empty"
        if text.en and _CHINESE.search(text.en):
            yield f"{path}: the English text has Chinese characters"
        if isinstance(value, Item) and path != "title":  # an official name is quoted as it is
            yield from (f"{path}: vague wording “{words}”" for words in _vague(text))


def _vague(text: Text) -> Iterator[str]:
    yield from (words for words in VAGUE if words in text.zh)
    yield from _VAGUE_EN.findall(text.en or "")


def _texts(value: Any, path: str) -> Iterator[tuple[str, Text]]:
    if isinstance(value, Text):
        yield path, value
    elif isinstance(value, tuple):
        for place, part in enumerate(value, 1):
            yield from _texts(part, f"{path}[{place}]")
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from _texts(getattr(value, field), f"{path}.{field}" if path else field)
