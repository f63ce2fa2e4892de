"""Whom a fed record is about: checked as one of the city's subjects, and known again by a keyed hash."""

from datetime import date

from backend.citizens.errors import BadName, BadNumber
from backend.citizens.holders import check_holder
from backend.citizens.models import Holder, SubjectKind
from backend.city.models import Subject
from backend.core.crypto import Keyring
from backend.departments.faults import LineRefused, Reason

CITY_SUBJECTS = {SubjectKind.PERSON: Subject.PERSON, SubjectKind.ORGANISATION: Subject.ENTERPRISE}
_BAD_NUMBER = Reason("bad_number", BadNumber.zh, BadNumber.en)
_BAD_NAME = Reason("bad_name", BadName.zh, BadName.en)


def check_owner(holder: Holder, today: date) -> Holder:
    """The holder with number and name as the house writes them. Raises LineRefused bad_number, bad_name."""
    try:
        checked = check_holder(holder, today)
    except BadNumber as refused:
        raise LineRefused(_BAD_NUMBER, **refused.facts) from None
    except BadName as refused:
        raise LineRefused(_BAD_NAME, **refused.facts) from None
    return Holder(checked.kind, checked.number, checked.name)


def owner_key(keyring: Keyring, holder: Holder) -> bytes:
    """Equal for equal checked numbers, and of no use to find the number."""
    return keyring.lookup(f"feed.owner.{holder.kind}", holder.number)[:16]
