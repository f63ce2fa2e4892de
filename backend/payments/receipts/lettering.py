"""Texts that the font of the documents can draw: a character that it lacks is never left out without a word."""

import unicodedata
from collections.abc import Set

_UNSEEN = frozenset({"Cc", "Cf", "Mn", "Me", "Zl", "Zp"})  # controls, joiners, variation selectors


def printable(text: str, characters: Set[int]) -> str:
    """The text with what is not among `characters` written otherwise.

    A variant becomes the common form, an accented letter its letter, a rare Chinese character its reading in brackets,
    as banks and airlines write it: 王〔bō〕.
    """
    return "".join(c if ord(c) in characters else _stand_in(c, characters) for c in unicodedata.normalize("NFC", text))


def _stand_in(character: str, characters: Set[int]) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", character) if unicodedata.category(c) not in _UNSEEN)
    if not plain or (plain != character and all(ord(c) in characters for c in plain)):
        return plain
    reading = _reading(character)
    return f"〔U+{ord(character):X}〕" if reading == character else f"〔{reading}〕"


def _reading(character: str) -> str:
    from pypinyin import Style, pinyin  # its dictionary takes half a second to read; few names need it

    return str(pinyin(character, style=Style.TONE)[0][0])
