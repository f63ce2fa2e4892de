"""From the parameters of a request to a question; whatever is typed is either understood or refused with a sentence."""

from enum import StrEnum
from typing import TypeVar

from backend.catalogue.errors import BadChoice, BadLimit, BadVersion, UnknownDepartment, UnknownTheme
from backend.catalogue.models import DEFAULT_LIMIT, MOST_PER_PAGE, Asked
from backend.city.city import City
from backend.city.items import Reach
from backend.city.models import Subject

_LONGEST_NUMBER = 9
Choice = TypeVar("Choice", bound=StrEnum)


def ask(
    city: City,
    *,
    q: str = "",
    theme: str | None = None,
    subject: str | None = None,
    department: str | None = None,
    reach: str | None = None,
    limit: str | None = None,
    after: str | None = None,
) -> Asked:
    """Empty parameters, as plain forms send them, count as left out. Raises the refusals of this feature."""
    if theme and theme not in city.themes:
        raise UnknownTheme
    if department and department not in city.departments:
        raise UnknownDepartment
    return Asked(
        q=q,
        theme=theme or None,
        subject=_choice("subject", Subject, subject),
        department=department or None,
        reach=_choice("reach", Reach, reach),
        limit=_limit(limit),
        after=after or None,
    )


def version_number(text: str | None) -> int | None:
    """None where no version is asked for. Raises BadVersion."""
    if not text:
        return None
    number = _whole_number(text)
    if not number:
        raise BadVersion
    return number


def is_yes(name: str, text: str | None) -> bool:
    """1 is yes, 0 and nothing are no. Raises BadChoice."""
    if text not in {None, "", "0", "1"}:
        raise BadChoice(name=name, choices="0、1")
    return text == "1"


def _limit(text: str | None) -> int:
    if not text:
        return DEFAULT_LIMIT
    number = _whole_number(text)
    if number is None or not 1 <= number <= MOST_PER_PAGE:
        raise BadLimit(most=MOST_PER_PAGE)
    return number


def _whole_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


def _choice(name: str, choices: type[Choice], text: str | None) -> Choice | None:
    if not text:
        return None
    try:
        return choices(text)
    except ValueError:
        raise BadChoice(name=name, choices="、".join(choices)) from None
