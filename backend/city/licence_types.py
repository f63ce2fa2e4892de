"""Licence types (证照类型): how long they hold, when they may be renewed, by which item, and when to remind."""

from enum import StrEnum

from backend.city.models import Citation, Entry, Span, Strict, Subject, Text, Unit

DEFAULT_RUNGS = (90, 60, 30, 15, 7, 1, -1)


class LicenceKind(StrEnum):
    LICENCE = "licence"  # 证照
    PROOF = "proof"  # 电子证明
    VOUCHER = "voucher"  # 凭证


class IssuerGroup(StrEnum):
    """Decides the colour of the card."""

    POLICE = "police"
    TRAFFIC = "traffic"
    HRSS = "hrss"
    EXIT_ENTRY = "exit-entry"
    CIVIL = "civil"
    MEDICAL = "medical"
    OTHER = "other"


class ValidityKind(StrEnum):
    UNLIMITED = "unlimited"  # no expiry clause
    FIXED = "fixed"  # the one term
    BY_AGE = "by-age"  # the term of the holder's age at issue
    BY_CASE = "by-case"  # one of the terms, by its condition
    LADDER = "ladder"  # the terms one after the other, at each renewal
    PERIODIC = "periodic"  # stays in force while endorsed, inspected or verified every term


class Term(Strict, frozen=True, kw_only=True):
    """A length of validity: `value` and `unit`, or long-term. Ages are completed years, both ends included."""

    value: int | None = None
    unit: Unit | None = None
    long_term: bool = False
    min_age: int | None = None
    max_age: int | None = None
    condition: Text | None = None


class Validity(Strict, frozen=True):
    kind: ValidityKind
    terms: tuple[Term, ...] = ()


class RenewalWindow(Strict, frozen=True, kw_only=True):
    """Renewal is accepted from `open_before` to `close_before` ahead of expiry; None: that end is not regulated."""

    unit: Unit
    text: Text
    open_before: int | None = None
    close_before: int | None = None


class LicenceType(Entry, frozen=True, kw_only=True):
    """A kind of licence, certificate or proof."""

    name: Text
    kind: LicenceKind
    holders: tuple[Subject, ...]
    issuer: Text
    issuer_group: IssuerGroup
    catalogue_code: str | None = None  # 15 digits of the city's licence catalogue
    type_code: str | None = None  # GB/T 36903: USCC of the defining authority and three digits
    validity: Validity | None = None
    renewal_window: RenewalWindow | None = None
    renewing_item: str | None = None
    void_after: Span | None = None  # cancelled when not renewed so long after expiry
    single_per_holder: bool = False  # a newer one supersedes the holder's older one
    reminder_rungs: tuple[int, ...] = DEFAULT_RUNGS  # days before expiry, negative after it
    legal_basis: tuple[Citation, ...] = ()
