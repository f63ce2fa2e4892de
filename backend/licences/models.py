"""Licences as the rest of the house sees them."""

from datetime import date
from enum import StrEnum
from typing import NewType
from uuid import UUID

from msgspec import Struct

LicenceId = NewType("LicenceId", UUID)


class Status(StrEnum):
    """What the issuing department says (GB/T 39046 use in production, codes 01–07 and 99), and `superseded`.

    Expired is no status: it follows from the date.
    """

    VALID = "valid"  # 01 有效
    SUSPENDED = "suspended"  # 02 暂扣
    WITHDRAWN = "withdrawn"  # 03 撤销
    CANCELLED = "cancelled"  # 04 注销
    TRANSFERRED = "transferred"  # 06 转出
    REVOKED = "revoked"  # 07 吊销
    OTHER = "other"  # 99 其他
    SUPERSEDED = "superseded"  # a newer licence has taken its place


class Standing(StrEnum):
    """How a licence stands today: its status, its dates and a renewal that has been filed, taken together."""

    VALID = "valid"
    SOON = "soon"  # may or should be renewed now
    RENEWING = "renewing"  # renewal filed: holds on until it is decided (行政许可法 art. 50)
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    TRANSFERRED = "transferred"
    REVOKED = "revoked"
    OTHER = "other"
    SUPERSEDED = "superseded"


class Licence(Struct, frozen=True, kw_only=True):
    """A licence opened for its holder. `expires_on` None: long-term. `face`: what is printed on it, label to value."""

    licence_id: LicenceId
    licence_type: str
    number: str
    identifier: str | None
    version: int | None
    issued_on: date
    valid_from: date
    expires_on: date | None
    status: Status
    standing: Standing
    renewal_filed_on: date | None
    face: dict[str, str]
