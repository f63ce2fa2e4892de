"""Departments and their keys."""

from datetime import datetime
from typing import NewType
from uuid import UUID

from msgspec import Struct

DepartmentId = NewType("DepartmentId", str)
KeyId = NewType("KeyId", str)


class Department(Struct, frozen=True):
    """A body that feeds us. `department_id` is lower-case letters, digits and hyphens, at most 63."""

    department_id: DepartmentId
    name: str
    created_at: datetime


class DepartmentKey(Struct, frozen=True):
    """A living key that a request came with. A scope is `feed:type` or `feed:*`."""

    key_id: KeyId
    department_id: DepartmentId
    scopes: tuple[str, ...]

    def feeds(self, feed: str) -> bool:
        """Whether the key may feed anything of this kind."""
        return any(scope.startswith(f"{feed}:") for scope in self.scopes)

    def allows(self, feed: str, kind: str) -> bool:
        """Whether the key may feed records of this type."""
        return f"{feed}:*" in self.scopes or f"{feed}:{kind}" in self.scopes


class KeyRecord(Struct, frozen=True):
    """A key as an operator sees it: never its secret."""

    key_id: KeyId
    department_id: DepartmentId
    scopes: list[str]
    created_at: datetime
    revoked_at: datetime | None


class Entry(Struct, frozen=True):
    """What is known of a department's own id: whose it is, our object, and the content last accepted for it."""

    source_id: str
    subject_id: UUID
    object_id: UUID
    owner_key: bytes
    fingerprint: bytes
    updated_at: datetime
    run_id: UUID
    line: int
