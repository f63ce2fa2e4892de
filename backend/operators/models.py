"""Operators, and one of them signed in."""

from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from msgspec import Struct

from backend.operators.errors import RoleMissing

OperatorId = NewType("OperatorId", UUID)


class Role(StrEnum):
    """CASHIER acts on money · RULES writes and releases rules · WATCHER looks at the pictures only."""

    CASHIER = "cashier"
    RULES = "rules"
    WATCHER = "watcher"


class Operator(Struct, frozen=True):
    """As another operator sees one: never the key."""

    operator_id: OperatorId
    name: str
    roles: list[str]
    created_at: datetime
    revoked_at: datetime | None


class OperatorSession(Struct, frozen=True, kw_only=True):
    """Who acts. Name and roles are those of this very request, not those of the hour of signing in."""

    operator_id: OperatorId
    name: str
    roles: frozenset[str]
    csrf_token: str

    def require(self, role: str) -> None:
        """Raises RoleMissing unless this operator has the role."""
        if role not in self.roles:
            raise RoleMissing(role=role)
