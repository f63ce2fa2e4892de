"""Text as it is compared: without case, width, accents, control characters, spaces and punctuation."""

import re
import unicodedata

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"
_RUN = re.compile(rf"[a-z0-9]+|[{HAN}]+")
_BESIDE_HAN = re.compile(rf"(?<=[{HAN}]) | (?=[{HAN}])")
_SPELLINGS = {"license": "licence", "licenses": "licences", "center": "centre", "centers": "centres"}


def fold(text: str) -> str:
    """NFKC, small letters, no accents; ü as v, as it is typed; control and other invisible characters left out."""
    small = unicodedata.normalize("NFKC", text).lower()
    apart = unicodedata.normalize("NFD", small).replace("u\u0308", "v")
    bare = (character for character in apart if unicodedata.category(character) != "Mn")
    return "".join(" " if character.isspace() else character for character in bare if _visible(character))


def _visible(character: str) -> bool:
    return character.isspace() or not unicodedata.category(character).startswith("C")


def runs(text: str) -> list[str]:
    """The pieces of a text that are searched: runs of Chinese characters and runs of letters and digits."""
    return [_SPELLINGS.get(run, run) for run in _RUN.findall(fold(text))]


def key(text: str) -> str:
    """What two texts must share to be the same title: the runs, with a space only between words in letters."""
    return _BESIDE_HAN.sub("", " ".join(runs(text)))


def is_han(run: str) -> bool:
    return not run.isascii()
