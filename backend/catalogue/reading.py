"""What was typed, cut into pieces that are understood: the cheapest way to read it, where guesses cost more."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import groupby

from msgspec import Struct

from backend.catalogue.folding import is_han
from backend.catalogue.lexicon import Lexicon
from backend.catalogue.talk import TALK
from backend.catalogue.words import stem

_LONGEST_SPELT = 24  # letters of one word in pinyin
_LONGEST_FUZZY = 24  # letters in which slips are looked for
_FEWEST_BEGUN = 3  # letters of an unfinished English word
_MOST_ENGLISH = 4  # words of an English phrase


class How(StrEnum):
    """How a piece was understood; the value is what an explanation says."""

    WORD = "word"
    PAIR = "pair of characters"
    BEGUN = "beginning of a word"
    SPELT = "pinyin"
    MIXED = "pinyin mixed with initials"
    INITIALS = "initials"
    HEARD = "sounds the same"
    SLIP = "slip of the finger"
    CHARACTER = "single character"
    TALK = "talk around it"
    UNKNOWN = "not known"


COST = {
    How.TALK: 9, How.WORD: 10, How.SPELT: 11, How.MIXED: 13, How.BEGUN: 15, How.PAIR: 17, How.INITIALS: 17,
    How.CHARACTER: 20, How.HEARD: 22, How.SLIP: 32, How.UNKNOWN: 60,
}  # fmt: skip
_VAGUE_INITIALS, _VAGUE = 2, 8  # two letters may be the initials of almost anything
_GUESSED = frozenset({How.PAIR, How.CHARACTER, How.UNKNOWN})


class Piece(Struct, frozen=True):
    """`words` are what the text may stand for."""

    text: str
    how: How
    words: tuple[str, ...] = ()

    @property
    def cost(self) -> int:
        vague = self.how is How.INITIALS and len(self.text) <= _VAGUE_INITIALS
        return COST[self.how] + (_VAGUE if vague else 0)


def read(lexicon: Lexicon, text: str) -> list[Piece]:
    """The pieces of a folded text, without the spaces between them. Slips are looked for only where it needs them."""
    pieces = _cheapest(lexicon, text, fuzzy=False)
    if text.isascii() and " " in text:  # syllables may be typed apart
        pieces = min(pieces, _cheapest(lexicon, text.replace(" ", ""), fuzzy=False), key=_cost)
    if any(piece.how in _GUESSED for piece in pieces) and len(text) <= _LONGEST_FUZZY:
        pieces = min(pieces, _cheapest(lexicon, text, fuzzy=True), key=_cost)
    return list(_without_drumming(pieces))


def _without_drumming(pieces: list[Piece]) -> Iterator[Piece]:
    """zzzzzz: the same initials again and again are a finger that drums, and stand for nothing."""
    for (how, text), same in groupby(pieces, key=lambda piece: (piece.how, piece.text)):
        alike = list(same)
        if how is How.INITIALS and len(alike) > 1:
            yield Piece(text * len(alike), How.UNKNOWN)
        else:
            yield from alike


def _cost(pieces: list[Piece]) -> int:
    return sum(piece.cost for piece in pieces)


def _cheapest(lexicon: Lexicon, text: str, *, fuzzy: bool) -> list[Piece]:
    """From the end to the beginning; of equally cheap readings the one whose first piece is longer."""
    best: list[tuple[int, Piece | None]] = [(0, None)] * (len(text) + 1)
    for at in range(len(text) - 1, -1, -1):
        if text[at] == " ":
            best[at] = (best[at + 1][0], None)
            continue
        options = _pieces_at(lexicon, text, at, fuzzy=fuzzy)
        costs = [(piece.cost + best[at + len(piece.text)][0], -len(piece.text), piece) for piece in options]
        cost, _, piece = min(costs, key=lambda option: option[:2])
        best[at] = (cost, piece)
    return list(_follow(best))


def _follow(best: list[tuple[int, Piece | None]]) -> Iterator[Piece]:
    at = 0
    while at < len(best) - 1:
        piece = best[at][1]
        if piece is not None:
            yield piece
        at += len(piece.text) if piece else 1


def _pieces_at(lexicon: Lexicon, text: str, at: int, *, fuzzy: bool) -> Iterator[Piece]:
    end = _end_of_run(text, at)
    if is_han(text[at]):
        yield Piece(text[at], How.CHARACTER)
        for stop in range(at + 1, min(end, at + lexicon.longest) + 1):
            yield from _in_chinese(lexicon, text[at:stop], fuzzy=fuzzy, last=stop == len(text))
        return
    run = text[at:end]
    begins = at == 0 or text[at - 1] == " " or is_han(text[at - 1])
    if begins:
        yield from _in_english(lexicon, text, at, fuzzy=fuzzy)
    for stop in range(at + 2, min(end, at + _LONGEST_SPELT) + 1):
        yield from _in_pinyin(lexicon, text[at:stop], fuzzy=fuzzy, last=stop == len(text))
    yield Piece(run, How.UNKNOWN)


def _end_of_run(text: str, at: int) -> int:
    end = at
    while end < len(text) and text[end] != " " and is_han(text[end]) == is_han(text[at]):
        end += 1
    return end


def _in_chinese(lexicon: Lexicon, text: str, *, fuzzy: bool, last: bool) -> Iterator[Piece]:
    if text in TALK:
        yield Piece(text, How.TALK)
    if text in lexicon.words:
        yield Piece(text, How.WORD, (text,))
        return
    if lexicon.is_pair(text):
        yield Piece(text, How.PAIR, (text,))
    if len(text) == 1:
        return
    if last:
        yield from _if_any(text, How.BEGUN, lexicon.begun(text))
    if fuzzy:
        yield from _if_any(text, How.HEARD, lexicon.heard(text))
        yield from _if_any(text, How.SLIP, lexicon.slips(text))


def _in_pinyin(lexicon: Lexicon, text: str, *, fuzzy: bool, last: bool) -> Iterator[Piece]:
    spelt = lexicon.spelt(text)
    if spelt:
        yield Piece(text, _how_spelt(lexicon, text, spelt), tuple(spelt))
    if last and len(text) >= _FEWEST_BEGUN:
        yield from _if_any(text, How.BEGUN, lexicon.begun(text))
    if fuzzy and not spelt:
        yield from _if_any(text, How.SLIP, lexicon.slips(text))


def _how_spelt(lexicon: Lexicon, text: str, words: list[str]) -> How:
    if lexicon.is_pinyin(text):
        return How.SPELT
    return How.INITIALS if all(len(word) == len(text) for word in words) else How.MIXED


def _in_english(lexicon: Lexicon, text: str, at: int, *, fuzzy: bool) -> Iterator[Piece]:
    """Words and phrases from here on; only the last one may be unfinished."""
    stop = at
    for _ in range(_MOST_ENGLISH):
        stop = _end_of_run(text, stop)
        phrase = text[at:stop]
        yield from _as_english(lexicon, phrase, fuzzy=fuzzy, last=stop == len(text))
        if not text[stop : stop + 2].isascii() or text[stop : stop + 1] != " ":
            return
        stop += 1


def _as_english(lexicon: Lexicon, phrase: str, *, fuzzy: bool, last: bool) -> Iterator[Piece]:
    if phrase in TALK:
        yield Piece(phrase, How.TALK)
    known = tuple(dict.fromkeys(word for word in (phrase, stem(phrase)) if lexicon.knows(word)))
    if known:
        yield Piece(phrase, How.WORD, known)
    elif last and len(phrase) >= _FEWEST_BEGUN:
        yield from _if_any(phrase, How.BEGUN, lexicon.begun_english(phrase))
    if fuzzy and not known:
        yield from _if_any(phrase, How.SLIP, lexicon.slips_in_english(stem(phrase)))


def _if_any(text: str, how: How, words: list[str]) -> Iterator[Piece]:
    if words:
        yield Piece(text, how, tuple(words))
