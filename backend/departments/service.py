"""Keys of departments: made, shown once, kept as a hash, checked on every feed."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from msgspec import structs

from backend.city.city import City
from backend.core.db import Database, Queryable, Tx
from backend.departments import queries
from backend.departments.errors import (
    BadDepartmentId,
    BadScope,
    DepartmentExists,
    KeyRefused,
    UnknownDepartment,
    UnknownKey,
)
from backend.departments.models import Department, DepartmentId, DepartmentKey, KeyId, KeyRecord

FEEDS = ("licences", "events", "bills", "cards")
_DEPARTMENT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_SCOPE = re.compile(rf"(?:{'|'.join(FEEDS)}):(?:\*|[A-Za-z0-9][A-Za-z0-9._-]{{0,79}})")
_KEY = re.compile(r"Bearer +ssb_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.IGNORECASE)
_NO_HASH = bytes(32)
_LISTED = 1000


async def add_department(db: Database, department_id: str, name: str, scopes: Sequence[str], now: datetime) -> str:
    """Makes a department with its first key and returns the key, which is shown this once and cannot be read again.

    Scopes are `licences:<type code>`, `events:<event type>`, `bills:<fee code>`,
    `cards:<kind>`, or `*` instead of the type.
    Raises BadDepartmentId, BadScope, DepartmentExists.
    """
    if not _DEPARTMENT_ID.fullmatch(department_id):
        raise BadDepartmentId(department_id=department_id)
    _check_scopes(scopes)
    owner = DepartmentId(department_id)
    async with db.transaction() as tx:
        if not await queries.insert_department(tx, owner, name, now):
            raise DepartmentExists(department_id=department_id)
        return await _make_key(tx, owner, scopes, now)


async def add_key(db: Database, department_id: str, scopes: Sequence[str], now: datetime) -> str:
    """A further key, for instance to change keys without a gap: add, switch over, revoke the old one.

    Raises BadScope, UnknownDepartment.
    """
    _check_scopes(scopes)
    owner = DepartmentId(department_id)
    async with db.transaction() as tx:
        if not await queries.lock_department(tx, owner):
            raise UnknownDepartment(department_id=department_id)
        return await _make_key(tx, owner, scopes, now)


async def rotate_key(db: Database, key_id: str, now: datetime) -> str:
    """Ends a key and returns its successor with the same scopes, in one step. Raises UnknownKey."""
    async with db.transaction() as tx:
        ended = await _revoke(tx, key_id, now)
        return await _make_key(tx, ended.department_id, ended.scopes, now)


async def revoke_key(db: Database, key_id: str, now: datetime) -> None:
    """Ends a key: the next feed with it is refused. Raises UnknownKey."""
    async with db.transaction() as tx:
        await _revoke(tx, key_id, now)


async def list_departments(conn: Queryable) -> list[Department]:
    return await queries.list_departments(conn, _LISTED)


async def with_registered(conn: Queryable, city: City) -> City:
    """The city that also knows the names of departments that only feed us and are in no pack."""
    registered = {str(each.department_id): each.name for each in await list_departments(conn)}
    return city if registered == city.registered else structs.replace(city, registered=registered)


async def list_keys(db: Database, department_id: str) -> list[KeyRecord]:
    """All keys of a department, also the revoked ones, oldest first."""
    return await queries.list_keys(db, DepartmentId(department_id), _LISTED)


async def authenticate(db: Database, authorization: str | None) -> DepartmentKey:
    """The department behind an `Authorization: Bearer ssb_<key id>_<secret>` header (RFC 6750). Raises KeyRefused.

    The secrets are compared by hash and in constant time, also where the key id is unknown.
    """
    given = _KEY.fullmatch(authorization or "")
    if given is None:
        raise KeyRefused
    key_id, secret = given.groups()
    found = await queries.find_living_key(db, key_id)
    right = secrets.compare_digest(_hash(secret), _NO_HASH if found is None else found[1])
    if found is None or not right:
        raise KeyRefused
    return DepartmentKey(KeyId(key_id), found[0], found[2])


async def _make_key(tx: Tx, owner: DepartmentId, scopes: Sequence[str], now: datetime) -> str:
    key_id, secret = KeyId(secrets.token_hex(6)), secrets.token_urlsafe(32)
    await queries.insert_key(tx, key_id, owner, _hash(secret), sorted(set(scopes)), now)
    return f"ssb_{key_id}_{secret}"


async def _revoke(tx: Tx, key_id: str, now: datetime) -> KeyRecord:
    ended = await queries.update_key_revoked(tx, KeyId(key_id), now)
    if ended is None:
        raise UnknownKey(key_id=key_id)
    return ended


def _hash(secret: str) -> bytes:
    """A random secret of 256 bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def _check_scopes(scopes: Sequence[str]) -> None:
    for scope in scopes or [""]:
        if not _SCOPE.fullmatch(scope):
            raise BadScope(scope=scope)
