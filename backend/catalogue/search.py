"""What a query means: the things it names, and for each the words of the catalogue that may be meant."""

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from backend.catalogue.errors import QueryTooLong
from backend.catalogue.folding import fold, is_han, key
from backend.catalogue.lexicon import Lexicon, lexicon_of
from backend.catalogue.reading import How, Piece, read
from backend.catalogue.talk import SOFT
from backend.city.city import City

LONGEST_QUERY = 64
_ABSURD = 1024  # not even looked at
_ENOUGH = 40  # percent of what is named, by weight, that an item has to have
_SOFTLY = 25  # percent of its weight that a word has which only ranks
_FIT = {
    How.WORD: 100, How.SPELT: 95, How.MIXED: 90, How.PAIR: 90, How.BEGUN: 85, How.INITIALS: 80, How.HEARD: 75,
    How.SLIP: 70, How.CHARACTER: 60, How.UNKNOWN: 0, How.TALK: 0,
}  # fmt: skip


class Wanted(Struct, frozen=True):
    """A word of the catalogue that may be meant; `points` for an item that has it, `synonym` that leads to it."""

    term: str
    points: int
    synonym: str | None


class Concept(Struct, frozen=True):
    """One thing that the query names; `need` is its share in what an item has to have, 0 where it only ranks."""

    typed: str
    how: How
    need: int
    wanted: tuple[Wanted, ...]


class Query(Struct, frozen=True, kw_only=True):
    """A query, ready for the statement. `key` is what is compared with whole names; `letters` the query in one piece
    where it has no Chinese, else None."""

    key: str
    letters: str | None
    concepts: tuple[Concept, ...]

    @property
    def enough(self) -> int:
        """Of several initials all: each alone may be those of almost anything."""
        share = 100 if all(concept.how is How.INITIALS for concept in self.concepts) else _ENOUGH
        return sum(concept.need for concept in self.concepts) * share // 100

    @property
    def joined(self) -> tuple[tuple[str, str], ...]:
        """Words and what they were taken to mean as well, by the synonyms of the pack."""
        pairs = (_first_synonym(concept) for concept in self.concepts if concept.how is How.WORD)
        return tuple(pair for pair in pairs if pair)

    @property
    def marks(self) -> tuple[str, ...]:
        """Words to be marked where a name has them; the longer ones first."""
        terms = {wanted.term for concept in self.concepts for wanted in concept.wanted if len(wanted.term) > 1}
        typed = {concept.typed for concept in self.concepts if is_han(concept.typed)}
        return tuple(sorted(terms | typed, key=lambda word: (-len(word), word)))


def parse_query(city: City, text: str) -> Query | None:
    """None where nothing in the text can be searched, such as punctuation or emoji. Raises QueryTooLong.

    What is asked for often is understood once: taking it apart costs a fifth of the statement that it is for.
    """
    stripped = text.strip()
    if len(stripped) > _ABSURD or len(fold(stripped).strip()) > LONGEST_QUERY:
        raise QueryTooLong(most=LONGEST_QUERY)
    return understood(lexicon_of(city), key(stripped))


@lru_cache(maxsize=1024)
def understood(lexicon: Lexicon, whole: str) -> Query | None:
    pieces = [piece for piece in _merged(read(lexicon, whole)) if piece.how is not How.TALK]
    if not pieces:
        return None
    letters = whole.replace(" ", "") if whole.isascii() else None
    said = key(" ".join(piece.text for piece in pieces)) if letters is None else whole
    return Query(key=said, letters=letters, concepts=tuple(_concepts(lexicon, pieces)))


def _merged(pieces: list[Piece]) -> Iterator[Piece]:
    """Neighbouring characters of which none is understood are one unknown word."""
    unknown = ""
    for piece in [*pieces, None]:
        if piece is not None and piece.how is How.CHARACTER:
            unknown += piece.text
            continue
        if unknown:
            yield Piece(unknown, How.CHARACTER if len(unknown) == 1 else How.UNKNOWN)
            unknown = ""
        if piece is not None:
            yield piece


def _concepts(lexicon: Lexicon, pieces: list[Piece]) -> Iterator[Concept]:
    """Single characters and words of many names decide only where nothing else is said."""
    soft = [piece.how is How.CHARACTER or not SOFT.isdisjoint((piece.text, *piece.words)) for piece in pieces]
    for piece, is_soft in zip(pieces, soft, strict=True):
        yield _concept(lexicon, piece, decides=not is_soft or all(soft))


def _concept(lexicon: Lexicon, piece: Piece, *, decides: bool) -> Concept:
    words = lexicon.holding(piece.text) if piece.how is How.CHARACTER else piece.words
    meanings = [(term, fit * _FIT[piece.how] // 100, by) for word in words for term, fit, by in lexicon.meanings(word)]
    weight = lexicon.weight(term for term, _, _ in meanings)
    share = 100 if decides else _SOFTLY
    best: dict[str, Wanted] = {}
    for term, fit, by in meanings:
        wanted = Wanted(term, max(1, weight * fit * share // 10_000), by)
        best[term] = max(best.get(term, wanted), wanted, key=lambda each: each.points)
    return Concept(piece.text, piece.how, weight if decides else 0, tuple(best.values()))


def _first_synonym(concept: Concept) -> tuple[str, str] | None:
    return next(
        ((concept.typed, wanted.term) for wanted in concept.wanted if wanted.synonym and is_han(concept.typed)), None
    )
