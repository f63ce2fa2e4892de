"""One slip of the finger: a letter or character too many, too few, wrong, or two in the wrong order."""

from collections.abc import Iterable, Iterator


def shortened(word: str) -> Iterator[str]:
    """The word, and the word without one of its characters: two words one slip apart share at least one of these."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def one_slip_apart(one: str, other: str) -> bool:
    """Damerau-Levenshtein distance 1."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    left, right = one[start:], other[start:]
    if len(left) != len(right):
        longer, shorter = (left, right) if len(left) > len(right) else (right, left)
        return longer[1:] == shorter
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right[1:]


class Slips:
    """Words that may be found by something one slip away."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_shortened: dict[str, list[str]] = {}
        for word in words:
            for short in dict.fromkeys(shortened(word)):
                self._by_shortened.setdefault(short, []).append(word)

    def near(self, typed: str) -> list[str]:
        """The words one slip away from what was typed, in a fixed order."""
        found = {word for short in shortened(typed) for word in self._by_shortened.get(short, ())}
        return sorted(word for word in found if one_slip_apart(typed, word))
