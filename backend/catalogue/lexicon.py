"""Everything that something typed may stand for, ready to be looked up. Made once per city from its names."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from itertools import product
from math import log

from backend.catalogue.folding import is_han
from backend.catalogue.sounds import readings
from backend.catalogue.typos import Slips
from backend.catalogue.words import synonyms_of, terms_of, words_of
from backend.city.city import City

MOST_READINGS_OF_A_PIECE = 16  # how many words one piece may be taken for
_LONGEST_SPELT = 6  # characters of a word of which full syllables and initials may be mixed
_LONGEST_HEARD = 8
_SHORTEST_SLIP = 3  # characters in which a slip is recognised; letters: _SHORTEST_SPELT_SLIP
_SHORTEST_SPELT_SLIP = 5
_UNKNOWN_AS_RARE_AS = 0.05


class Lexicon:
    """Looked up by `reading`; holds no state of a request."""

    def __init__(self, city: City) -> None:
        words = words_of(city)
        self._items = len(city.items)
        self._counts = Counter(term for _, terms in terms_of(city, words) for term in terms)
        self.synonyms = synonyms_of(city, self._counts).meanings
        self.words = words | self.synonyms.keys()
        self.longest = max(map(len, self.words), default=1)
        whole = sorted(word for word in self.words if is_han(word))
        english = {word for word in (*self._counts, *self.synonyms) if word.isascii()}
        self._heard, self._spelt = _sounds_of(whole)
        self._han, self._english_begun, self._begun = whole, sorted(english), sorted(self._heard)
        self._slips = Slips(word for word in whole if len(word) >= _SHORTEST_SLIP)
        self._spelt_slips = Slips(word for word in self._heard if len(word) >= _SHORTEST_SPELT_SLIP)
        self._english_slips = Slips(word for word in english if len(word) >= _SHORTEST_SPELT_SLIP)

    def knows(self, word: str) -> bool:
        return word in self._counts or word in self.synonyms

    def is_pair(self, text: str) -> bool:
        """Two neighbouring characters of some name, whether or not they are a word."""
        return text in self._counts

    def weight(self, terms: Iterable[str]) -> int:
        """How much it tells that an item has one of these: the rarer, the more. None known: as if quite rare."""
        most = max((self._counts[term] for term in terms), default=0) or max(1, self._items * _UNKNOWN_AS_RARE_AS)
        return round(10 * log(1 + max(1, self._items) / most))

    def meanings(self, word: str) -> list[tuple[str, int, str | None]]:
        """Terms to look for, how well each fits in percent, and which synonym of the pack leads there."""
        itself: list[tuple[str, int, str | None]] = [(word, 100, None)] if word in self._counts else []
        return [*itself, *self.synonyms.get(word, ())]

    def spelt(self, letters: str) -> list[str]:
        """Words whose pinyin, initials, or mixture of both this is."""
        found = self._spelt.get(letters)
        return self._usual(found) if found else []

    def is_pinyin(self, letters: str) -> bool:
        """Of a word, in full."""
        return letters in self._heard

    def heard(self, word: str) -> list[str]:
        """Other words that sound the same. Of two characters at least one has to be the same."""
        if len(word) > _LONGEST_HEARD:
            return []
        alike = {other for sound in readings(word) for other in self._heard.get("".join(sound), ())}
        return self._usual(
            other for other in alike if len(other) == len(word) and other != word and _close(word, other)
        )

    def begun(self, text: str) -> list[str]:
        """Words that begin so: typing has stopped in their midst."""
        if is_han(text):
            return self._usual(_beginning(self._han, text))
        return self._usual(word for sound in _beginning(self._begun, text) for word in self._heard[sound])

    def begun_english(self, text: str) -> list[str]:
        return self._usual(_beginning(self._english_begun, text))

    def holding(self, character: str) -> list[str]:
        """Words with this character, those that begin with it first: all there is to go by where it stands alone."""
        found = self._usual(word for word in self._han if character in word and word in self._counts)
        return sorted(found, key=lambda word: not word.startswith(character))

    def slips(self, text: str) -> list[str]:
        """Words that were probably meant: one slip away, or spelt so with one slip."""
        if is_han(text):
            return self._usual(self._slips.near(text)) if len(text) >= _SHORTEST_SLIP else []
        if len(text) < _SHORTEST_SPELT_SLIP:
            return []
        return self._usual(word for sound in self._spelt_slips.near(text) for word in self._heard[sound])

    def slips_in_english(self, stem: str) -> list[str]:
        return self._usual(self._english_slips.near(stem)) if len(stem) >= _SHORTEST_SPELT_SLIP else []

    def _usual(self, words: Iterable[str]) -> list[str]:
        """The most frequent of them, always in the same order."""
        return sorted(dict.fromkeys(words), key=lambda word: (-self._counts[word], word))[:MOST_READINGS_OF_A_PIECE]


def lexicon_of(city: City) -> Lexicon:
    """The lexicon of the city last asked for is kept: a process serves one city, until its pack changes."""
    if not _last or _last[0][0] is not city:
        _last[:] = [(city, Lexicon(city))]
    return _last[0][1]


_last: list[tuple[City, Lexicon]] = []


def _sounds_of(words: list[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    heard: dict[str, list[str]] = {}
    spelt: dict[str, list[str]] = {}
    for word in words:
        for syllables in readings(word):
            heard.setdefault("".join(syllables), []).append(word)
            if len(syllables) <= _LONGEST_SPELT:
                for form in product(*((syllable, syllable[0]) for syllable in syllables)):
                    spelt.setdefault("".join(form), []).append(word)
            else:
                spelt.setdefault("".join(syllables), []).append(word)
    return heard, spelt


def _beginning(ordered: list[str], text: str) -> list[str]:
    start, end = bisect_left(ordered, text), bisect_left(ordered, text + "\U0010ffff")
    return [word for word in ordered[start:end] if word != text]


def _close(word: str, other: str) -> bool:
    return len(word) > 2 or any(one == two for one, two in zip(word, other, strict=True))
