"""For whom somebody may act, as the identity provider's claims say it."""

import logging
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct

from backend.citizens.errors import BadName, BadNumber
from backend.citizens.holders import check_holder
from backend.citizens.models import Claim, Holder, Role, SubjectKind
from backend.core.clock import local_date

log = logging.getLogger(__name__)

CLAIM = "authority"
_MOST = 200
_ROLES = {
    SubjectKind.ORGANISATION: frozenset({Role.LEGAL_REPRESENTATIVE, Role.AUTHORISED}),
    SubjectKind.PERSON: frozenset({Role.GUARDIAN}),
}


class _AppliesTo(Struct, frozen=True):
    """`number`: USCC or citizen ID."""

    kind: SubjectKind
    number: str
    name: str


class _Permission(Struct, frozen=True):
    role: Role


class _Authority(Struct, frozen=True):
    """One entry, after the OpenID Connect Authority claims extension (draft of the eKYC & IDA working group)."""

    applies_to: _AppliesTo
    permission: _Permission
    valid_from: date | None = None
    valid_until: date | None = None


def read_authority(claims: Mapping[str, Any], now: datetime) -> list[Claim]:
    """The entries that hold today or will; one that does not hold is left out and counted in the log, not the sign-in
    refused. Without the claim there is nobody to act for.
    """
    given = claims.get(CLAIM, [])
    entries = given if isinstance(given, list) and len(given) <= _MOST else None
    if entries is None:
        log.warning("authority claim refused", extra={"reason": "shape"})
        return []
    read = [_read(entry, local_date(now)) for entry in entries]
    refused = sum(isinstance(each, str) for each in read)
    if refused:
        log.warning("authority entries refused", extra={"count": refused})
    return [each for each in read if isinstance(each, Claim)]


def _read(entry: Any, today: date) -> Claim | str | None:
    """A reason where it does not hold; None where it is over."""
    try:
        authority = msgspec.convert(entry, _Authority)
        who = authority.applies_to
        holder = check_holder(Holder(who.kind, who.number, who.name), today)
    except (msgspec.ValidationError, BadNumber, BadName) as error:
        return type(error).__name__
    if authority.permission.role not in _ROLES[who.kind]:
        return "role"
    valid_from, valid_until = authority.valid_from, authority.valid_until
    if valid_until is not None and valid_until < (valid_from or valid_until):
        return "dates"
    if valid_until is not None and valid_until < today:
        return None
    return Claim(
        holder=Holder(holder.kind, holder.number, holder.name),
        role=authority.permission.role,
        valid_from=valid_from,
        valid_until=valid_until,
    )
