"""Names and numbers partly hidden, and what those hear who do not see the screen."""

import re

from msgspec import Struct

_STARS = re.compile(r"\*+")


class Masked(Struct, frozen=True):
    """`shown` for the eye; `tail` is said instead, digit by digit, since a screen reader makes noise of bullets."""

    shown: str
    tail: str


def mask_name(name: str) -> str:
    """林晓雯 → 林*雯, 王芳 → 王*, 阿依古丽·买买提 → 阿**提, Anna Lee → A** L**. The length is not given away."""
    words = name.split()
    if name.isascii() and words:
        return " ".join(f"{word[0]}**" for word in words)
    first, last = name[:1], name[-1:] if len(name) > 2 else ""
    return f"{first}{'*' if len(name) <= 3 else '**'}{last}"


def spoken_name(masked: str) -> str:
    """林*雯 → 林某雯, A** L** → A L."""
    return _STARS.sub("" if masked.isascii() else "某", masked)


def mask_number(number: str) -> Masked:
    """340803199001010526 → 3408 •••••••••• 0526; what is too short to hide anything shows two characters at most."""
    if len(number) < 12:
        return Masked(f"•••• {number[-2:]}", " ".join(number[-2:]))
    return Masked(f"{number[:4]} {'•' * (len(number) - 8)} {number[-4:]}", " ".join(number[-4:]))
