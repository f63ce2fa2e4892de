"""A holder's number and name as written, brought into the one form in which they are compared and kept."""

import re
import unicodedata
from datetime import date

from msgspec import Struct

from backend.citizens.errors import BadName, BadNumber
from backend.citizens.models import Holder, SubjectKind
from backend.core.identity_numbers import InvalidNumber, check_citizen_id, check_credit_code

_MAX_NAME = 200  # GB/T 39046 gives 30, too short for names from elsewhere
_MIDDLE_DOTS = re.compile("\\s*[•‧∙⋅・･·]\\s*")  # 阿依古丽·买买提 is typed with any of these


class CheckedHolder(Struct, frozen=True, kw_only=True):
    """`given` is the number as it came, `number` the one form it is kept in."""

    given: str
    kind: SubjectKind
    number: str
    name: str
    born_on: date | None


def check_holder(holder: Holder, today: date) -> CheckedHolder:
    """The holder with number and name in normal form; raises BadNumber or BadName, naming the reason, not the value.

    Full-width characters and a lower-case x are taken (they are typed), a wrong check digit or date is not.
    """
    number, born_on = _check_number(holder.kind, holder.number, today)
    name = normal_name(holder.name)
    return CheckedHolder(given=holder.number, kind=holder.kind, number=number, name=name, born_on=born_on)


def normal_name(name: str) -> str:
    """One form for each name: NFKC, single spaces, the middle dot of minority names; raises BadName."""
    text = " ".join(unicodedata.normalize("NFKC", _MIDDLE_DOTS.sub("·", name)).split())
    if not text or len(text) > _MAX_NAME or not text.isprintable():
        raise BadName
    return text


def _check_number(kind: SubjectKind, number: str, today: date) -> tuple[str, date | None]:
    try:
        if kind is SubjectKind.ORGANISATION:
            return check_credit_code(number), None
        citizen_id = check_citizen_id(number, today)
        return citizen_id.number, citizen_id.born_on
    except InvalidNumber as error:
        raise BadNumber(fault=error.fault, reason_zh=error.zh, reason_en=error.en) from error
