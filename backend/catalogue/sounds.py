"""How Chinese is read, well enough to hear that two words sound the same."""

from functools import cache
from itertools import islice, product
from pathlib import Path

import yaml

from backend.catalogue.folding import is_han

MOST_READINGS = 12  # of one word: characters with two readings multiply


@cache
def _readings() -> dict[str, list[str]]:
    """Of each character, the most usual reading of its list first."""
    table: dict[str, list[str]] = {}
    sounds = yaml.load((Path(__file__).parent / "sounds.yaml").read_bytes(), yaml.CSafeLoader)
    for sound, characters in sounds.items():
        for character in characters:
            table.setdefault(character, []).append(sound)
    return table


def readings(word: str) -> list[tuple[str, ...]]:
    """The word in syllables, in every way its characters may be read; none where one of them is unknown."""
    table = _readings()
    if not is_han(word) or any(character not in table for character in word):
        return []
    return list(islice(product(*(table[character] for character in word)), MOST_READINGS))
