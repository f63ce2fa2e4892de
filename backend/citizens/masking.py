"""Names and numbers partly hidden, with words for those who hear the screen instead of seeing it."""

from msgspec import Struct

from pwa.views.parts import Text

_HIDDEN = "••••"


class Masked(Struct, frozen=True):
    """`shown` for the eye; `spoken` for the aria-label, since a screen reader makes noise of stars and bullets."""

    shown: str
    spoken: Text


def mask_name(name: str) -> Masked:
    """林晓雯 → 林*雯, 王芳 → 王*, 阿依古丽·买买提 → 阿**提, Anna Lee → A** L**. The length is not given away."""
    words = name.split()
    if name.isascii() and words:
        shown = " ".join(f"{word[0]}**" for word in words)
        return Masked(shown, Text(f"{words[0][0]} 开头的姓名", f"name beginning with {words[0][0]}"))
    first, last = name[:1], name[-1:] if len(name) > 2 else ""
    stars = "*" if len(name) <= 3 else "**"
    return Masked(f"{first}{stars}{last}", Text(f"{first}某{last}", f"{first} … {last}".strip(" …")))


def mask_organisation(name: str) -> Masked:
    """上海晨光餐饮有限公司 → 上海**餐饮有限公司: place and trade stay, the trade name goes."""
    if len(name) <= 6:
        return mask_name(name)
    head, tail = name[:2], name[4:]
    return Masked(f"{head}**{tail}", Text(f"{head}某某{tail}", f"{head} … {tail}"))


def mask_number(number: str) -> Masked:
    """340803199001010526 → 3408••••0526; what is too short to hide anything shows two characters at most."""
    tail = number[-4:] if len(number) >= 12 else number[-2:]
    head = number[:4] if len(number) >= 12 else ""
    return Masked(f"{head}{_HIDDEN}{tail}", _tail(tail))


def mask_phone(phone: str) -> Masked:
    """19900001234 → 199••••1234."""
    head = phone[:3] if len(phone) >= 11 else ""
    return Masked(f"{head}{_HIDDEN}{phone[-4:]}", _tail(phone[-4:]))


def _tail(tail: str) -> Text:
    digits = " ".join(tail)  # so that it is read digit by digit
    return Text(f"尾号 {digits}", f"ending in {digits}")
