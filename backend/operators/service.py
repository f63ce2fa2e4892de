"""Operators: made, known by their key, ended; and the log of what each of them did."""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from redis.asyncio import Redis

from backend.core.db import Database, Tx
from backend.core.ids import uuid7
from backend.operators import queries
from backend.operators.errors import BadOperatorName, BadRole, OperatorKeyRefused, UnknownOperator
from backend.operators.models import Operator, OperatorId, OperatorSession, Role
from backend.operators.sessions import create_session

_KEY = re.compile(r"sso_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")
_NO_HASH = bytes(32)
_LONGEST_NAME = 80
_LISTED = 1000


async def add_operator(db: Database, name: str, roles: Sequence[str], now: datetime) -> str:
    """Makes an operator and returns the key, which is shown this once and cannot be read again.

    Raises BadOperatorName, BadRole.
    """
    if not 1 <= len(name.strip()) <= _LONGEST_NAME or not name.isprintable():
        raise BadOperatorName
    _check_roles(roles)
    operator_id, secret = OperatorId(uuid7()), _new_secret()
    async with db.transaction() as tx:
        await queries.insert_operator(tx, operator_id, name.strip(), _hash(secret), sorted(set(roles)), now)
    return _key(operator_id, secret)


async def list_operators(db: Database) -> list[Operator]:
    """All of them, also the revoked ones, oldest first."""
    return await queries.list_operators(db, _LISTED)


async def rotate_key(db: Database, operator_id: UUID) -> str:
    """Replaces the key of an operator and returns the new one; sessions of the old key end. Raises UnknownOperator."""
    secret = _new_secret()
    async with db.transaction() as tx:
        if not await queries.update_key(tx, operator_id, _hash(secret)):
            raise UnknownOperator(operator_id=operator_id)
    return _key(operator_id, secret)


async def revoke_operator(db: Database, operator_id: UUID, now: datetime) -> None:
    """Ends an operator and with it every session. Raises UnknownOperator."""
    async with db.transaction() as tx:
        if not await queries.update_revoked(tx, operator_id, now):
            raise UnknownOperator(operator_id=operator_id)


async def authenticate(db: Database, key: str) -> tuple[OperatorId, bytes]:
    """Who holds a key `sso_<operator>_<secret>`, and the hash that sessions of it are tied to.

    The secrets are compared by hash and in constant time, also where there is no such operator. Raises
    OperatorKeyRefused.
    """
    given = _KEY.fullmatch(key.strip())
    if given is None:
        raise OperatorKeyRefused
    operator_id, key_hash = OperatorId(UUID(given[1])), _hash(given[2])
    found = await queries.find_living_operator(db, operator_id)
    right = secrets.compare_digest(key_hash, _NO_HASH if found is None else found[1])
    if found is None or not right:
        raise OperatorKeyRefused
    return operator_id, key_hash


async def sign_in(db: Database, redis: Redis, key: str, now: datetime) -> str:
    """Begins a session for whoever holds the key and returns the value of its cookie. Raises OperatorKeyRefused."""
    operator_id, key_hash = await authenticate(db, key)
    async with db.transaction() as tx:
        await queries.insert_act(tx, uuid7(), operator_id, "operators.signed_in", str(operator_id), "{}", now)
    return await create_session(redis, operator_id, key_hash, now)


async def note_act(
    tx: Tx, operator: OperatorSession, kind: str, about: str, facts: Mapping[str, Any], now: datetime
) -> None:
    """Logs what an operator did, in the transaction that does it.

    `kind` is `feature.verb_past`, as events are named; `about` is the number of what was acted on; `facts` hold what
    is needed to understand the act later, and nothing personal.
    """
    text = msgspec.json.encode(facts).decode()
    await queries.insert_act(tx, uuid7(), operator.operator_id, kind, about, text, now)


def _check_roles(roles: Sequence[str]) -> None:
    for role in roles or [""]:
        if role not in set(Role):
            raise BadRole(role=role, known=", ".join(Role))


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


def _key(operator_id: UUID, secret: str) -> str:
    return f"sso_{operator_id.hex}_{secret}"


def _hash(secret: str) -> bytes:
    """A random secret of 256 bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).digest()
