"""Keys of operators: shown once, kept as a hash, and gone when replaced or revoked."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from backend.core.clock import FixedClock
from backend.core.db import Database
from backend.operators.errors import BadOperatorName, BadRole, OperatorKeyRefused, UnknownOperator
from backend.operators.service import add_operator, authenticate, list_operators, revoke_operator, rotate_key


async def make(db: Database, clock: FixedClock, name: str = "赵敏") -> str:
    return await add_operator(db, name, ["rules", "cashier", "rules"], clock.now())


def operator_id(key: str) -> UUID:
    return UUID(key.split("_", 2)[1])


async def test_a_key_tells_who_holds_it(db: Database, clock: FixedClock) -> None:
    key = await make(db, clock)

    assert (await authenticate(db, f" {key}\n"))[0] == operator_id(key)
    listed = await list_operators(db)
    assert [(each.name, each.roles, each.revoked_at) for each in listed] == [("赵敏", ["cashier", "rules"], None)]


async def test_the_secret_is_kept_nowhere(db: Database, clock: FixedClock) -> None:
    secret = (await make(db, clock)).split("_", 2)[2]

    stored = await db.fetchval("SELECT o::text FROM operators o")

    assert secret not in stored
    assert secret.encode().hex() not in stored


@pytest.mark.parametrize(
    "change", [str.upper, lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"), lambda text: text[:-1]]
)
async def test_an_altered_key_is_refused(db: Database, clock: FixedClock, change: Callable[[str], str]) -> None:
    key = await make(db, clock)

    with pytest.raises(OperatorKeyRefused):
        await authenticate(db, change(key))


@pytest.mark.parametrize("key", ["", "sso_", f"sso_{'0' * 32}_{'A' * 43}", "密钥", "ssb_000000000000_" + "A" * 43])
async def test_what_is_no_key_is_refused(db: Database, clock: FixedClock, key: str) -> None:
    await make(db, clock)

    with pytest.raises(OperatorKeyRefused):
        await authenticate(db, key)


async def test_a_revoked_operator_is_refused_and_others_stay(db: Database, clock: FixedClock) -> None:
    first, second = await make(db, clock), await make(db, clock, "钱伟")

    await revoke_operator(db, operator_id(first), clock.now())

    with pytest.raises(OperatorKeyRefused):
        await authenticate(db, first)
    assert (await authenticate(db, second))[0] == operator_id(second)
    with pytest.raises(UnknownOperator):
        await revoke_operator(db, operator_id(first), clock.now())
    with pytest.raises(UnknownOperator):
        await rotate_key(db, operator_id(first))


async def test_rotation_replaces_the_key_and_keeps_the_operator(db: Database, clock: FixedClock) -> None:
    old = await make(db, clock)

    new = await rotate_key(db, operator_id(old))

    with pytest.raises(OperatorKeyRefused):
        await authenticate(db, old)
    assert (await authenticate(db, new))[0] == operator_id(old)


async def test_what_cannot_be_an_operator_is_refused(db: Database, clock: FixedClock) -> None:
    for name in ("", "  ", "a\nb", "字" * 81):
        with pytest.raises(BadOperatorName):
            await make(db, clock, name)
    for roles in ([], ["root"], ["cashier", ""]):
        with pytest.raises(BadRole):
            await add_operator(db, "赵敏", roles, clock.now())
    with pytest.raises(UnknownOperator):
        await rotate_key(db, uuid4())
    assert await list_operators(db) == []
