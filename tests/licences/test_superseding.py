"""A newer licence takes the place of an older one, whichever of them arrives first."""

import itertools
from typing import Any

import pytest

from tests.departments.feeding import Town, codes, licence_line, person

OLD = {"id": "OLD", "issued_on": "2014-12-31", "expires_on": "2020-12-31"}
NEW = {"id": "NEW", "issued_on": "2020-12-31", "expires_on": "2026-12-31", "supersedes": "OLD"}


async def statuses(town: Town) -> dict[str, str]:
    return dict(await town.db.fetch("SELECT source_id, status FROM licences ORDER BY source_id"))


def company(**fields: Any) -> dict[str, Any]:
    """A type of which one holder may have several."""
    holder = {"kind": "organisation", "number": "11430000006122244L", "name": "测试单位"}
    return licence_line(1, type="device-registration", holder=holder) | fields


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("together", [True, False])
async def test_the_licence_named_by_supersedes_is_superseded(
    town: Town, order: tuple[int, ...], together: bool
) -> None:
    key = await town.department()
    pair = [company(**OLD), company(**NEW)]
    feeds = [[pair[at] for at in order]] if together else [[pair[at]] for at in order]

    for feed in feeds:
        assert (await town.feed_licences(key, feed)).accepted.count == len(feed)

    assert await statuses(town) == {"NEW": "valid", "OLD": "superseded"}


async def test_without_supersedes_several_may_stand_side_by_side(town: Town) -> None:
    key = await town.department()

    await town.feed_licences(key, [company(**OLD), company(**NEW) | {"supersedes": None}])

    assert await statuses(town) == {"NEW": "valid", "OLD": "valid"}


@pytest.mark.parametrize("order", list(itertools.permutations("ABC")))
async def test_of_a_type_held_once_the_one_issued_last_stands(town: Town, order: tuple[str, ...]) -> None:
    key = await town.department()
    years = {"A": "2008", "B": "2014", "C": "2020"}

    for name in order:
        await town.feed_licences(key, [licence_line(1, id=name, issued_on=f"{years[name]}-12-31")])

    assert await statuses(town) == {"A": "superseded", "B": "superseded", "C": "valid"}


async def test_other_holders_keep_theirs(town: Town) -> None:
    key = await town.department()

    await town.feed_licences(key, [licence_line(n, issued_on=f"20{n}-12-31") for n in range(10, 20)])

    assert set((await statuses(town)).values()) == {"valid"}


async def test_a_superseded_licence_stays_so_when_it_is_declared_again(town: Town) -> None:
    key = await town.department()
    await town.feed_licences(key, [company(**OLD), company(**NEW)])

    await town.feed_licences(key, [company(**OLD, updated_at="2026-11-02T00:00:00Z", face={"a": "b"})])

    assert (await statuses(town))["OLD"] == "superseded"


async def test_what_ended_otherwise_keeps_its_own_status(town: Town) -> None:
    key = await town.department()

    await town.feed_licences(key, [company(**OLD, status="revoked"), company(**NEW)])

    assert (await statuses(town))["OLD"] == "revoked"


async def test_a_withdrawn_claim_gives_the_old_one_back(town: Town) -> None:
    key = await town.department()
    await town.feed_licences(key, [company(**OLD), company(**NEW)])

    await town.feed_licences(key, [company(**NEW) | {"supersedes": None, "updated_at": "2026-11-02T00:00:00Z"}])

    assert (await statuses(town))["OLD"] == "valid"


@pytest.mark.parametrize("together", [True, False])
async def test_nobody_supersedes_the_licence_of_another(town: Town, together: bool) -> None:
    key = await town.department()
    mine, theirs = licence_line(1, id="MINE"), licence_line(2, id="THEIRS", supersedes="MINE", holder=person(2))
    feeds = [[mine, theirs]] if together else [[mine], [theirs]]

    answers = [await town.feed_licences(key, feed) for feed in feeds]

    assert [code for _, code in codes(answers[-1])] == ["supersedes_other_owner"]
    assert await statuses(town) == {"MINE": "valid"}
