"""Phone numbers as they are dialled."""

import re
import unicodedata

_MAINLAND = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_ABROAD = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164


def parse_phone(text: str) -> str | None:
    """A mainland mobile number as its 11 digits, any other as + and digits (E.164); None when it is neither."""
    compact = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", text))
    mainland = _MAINLAND.fullmatch(compact)
    if mainland:
        return mainland[1]
    return compact if _ABROAD.fullmatch(compact) else None
