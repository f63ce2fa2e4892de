"""The wallet shows its owner what they carry, and nobody else anything."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.licences import pages
from backend.licences.cards import card_view
from backend.licences.models import Standing, Status
from backend.licences.service import list_wallet, standing, window_opens_on
from pwa.views.wallet import LicenceStatus
from tests.departments.feeding import Town, licence_line
from tests.hall import Hall

TODAY = date(2026, 11, 20)


@pytest.fixture
def hall(town: Town, redis: Redis) -> Hall:
    return Hall(pages.HANDLERS, db=town.db, redis=redis, clock=town.clock, keyring=town.keyring, city=town.city)


async def give(town: Town, *lines: dict[str, object]) -> UUID:
    answer = await town.feed_licences(await town.department(), [licence_line(1, **line) for line in lines])
    assert answer.accepted.count == len(lines)
    owner = await town.db.fetchval("SELECT subject_id FROM licences LIMIT 1")
    assert isinstance(owner, UUID)
    return owner


@pytest.mark.parametrize(
    ("status", "expires_on", "filed", "expected"),
    [
        (Status.VALID, None, False, Standing.VALID),
        (Status.VALID, date(2027, 2, 19), False, Standing.VALID),
        (Status.VALID, date(2027, 2, 18), False, Standing.SOON),  # 90 days
        (Status.VALID, date(2026, 11, 20), False, Standing.SOON),  # valid through its last day
        (Status.VALID, date(2026, 11, 19), False, Standing.EXPIRED),
        (Status.VALID, date(2026, 11, 19), True, Standing.RENEWING),  # 行政许可法 art. 50
        (Status.VALID, date(2026, 12, 1), True, Standing.RENEWING),
        (Status.SUSPENDED, date(2026, 11, 19), True, Standing.SUSPENDED),
        (Status.REVOKED, None, False, Standing.REVOKED),
        (Status.OTHER, date(2030, 1, 1), False, Standing.OTHER),
    ],
)
def test_standing_follows_from_status_dates_and_renewal(
    status: Status, expires_on: date | None, filed: bool, expected: Standing
) -> None:
    assert standing(status, expires_on, renewal_filed=filed, window_opens_on=None, today=TODAY) is expected


def test_a_window_longer_than_ninety_days_counts(city: City) -> None:
    opens_on = window_opens_on(city.licence_type("passport").renewal_window, date(2027, 10, 1), city)

    assert opens_on == date(2026, 10, 1)
    assert (
        standing(Status.VALID, date(2027, 10, 1), renewal_filed=False, window_opens_on=opens_on, today=TODAY)
        is Standing.SOON
    )


async def test_what_needs_action_comes_first_and_what_is_over_last(town: Town) -> None:
    owner = await give(
        town,
        {"id": "expired", "type": "passport", "expires_on": "2026-11-08"},
        {"id": "revoked", "type": "nurse-licence", "status": "revoked"},
        {"id": "long-term", "type": "resident-identity-card", "expires_on": None},
        {"id": "soon", "type": "driving-licence", "expires_on": "2026-12-31"},
        {"id": "sooner", "type": "residence-permit", "expires_on": "2026-12-18"},
        {"id": "valid", "type": "hong-kong-macao-permit", "expires_on": "2031-01-01"},
        {"id": "replaced", "type": "passport", "issued_on": "2011-01-01", "expires_on": "2020-01-01"},
    )

    wallet = await list_wallet(town.db, town.keyring, owner, TODAY, town.city)

    assert [(licence.licence_type, licence.standing) for licence in wallet] == [
        ("residence-permit", Standing.SOON),
        ("driving-licence", Standing.SOON),
        ("hong-kong-macao-permit", Standing.VALID),
        ("resident-identity-card", Standing.VALID),
        ("passport", Standing.EXPIRED),
        ("nurse-licence", Standing.REVOKED),
    ]


async def test_a_card_masks_the_number_and_leads_to_the_renewing_item(town: Town) -> None:
    owner = await give(town, {"number": "340803199001010526"})
    [licence] = await list_wallet(town.db, town.keyring, owner, TODAY, town.city)

    card = card_view(licence, "林*雯", town.city)

    assert card.number == "3408 •••••••••• 0526"
    assert card.number_tail == "0 5 2 6"
    assert card.status is LicenceStatus.SOON
    assert card.renew is not None
    assert card.renew.path == f"/services/{town.city.licence_type('driving-licence').renewing_item}"


def test_every_standing_has_a_chip_and_words() -> None:
    from backend.licences.cards import _WORDS

    assert set(_WORDS) == set(Standing)
    assert {status.value for status in LicenceStatus} == {standing.value for standing in Standing}


@pytest.mark.parametrize(
    ("code", "chinese", "english"),
    [
        ("03", "已撤销", "Withdrawn"),
        ("04", "已注销", "Cancelled"),
        ("07", "已吊销", "Revoked"),
        ("06", "已转出", "Transferred"),
        ("99", "其他", "Other"),
    ],
)
async def test_a_card_says_exactly_how_a_licence_ended(
    town: Town, hall: Hall, code: str, chinese: str, english: str
) -> None:
    owner = await give(town, {"status": code})

    async with await hall.resident(owner) as mine:
        page, translated = await mine.get("/wallet"), await mine.get("/wallet", headers={"Accept-Language": "en"})

    assert f"<span>{chinese}</span>" in page.text
    assert f"<span>{english}</span>" in translated.text


async def test_the_wallet_page_shows_the_cards_to_their_owner_only(town: Town, hall: Hall) -> None:
    owner = await give(town, {"number": "340803199001010526"})

    async with await hall.resident(owner) as mine, await hall.resident() as other:
        page, empty = await mine.get("/wallet"), await other.get("/wallet")

    assert page.status_code == empty.status_code == 200
    assert "机动车驾驶证" in page.text
    assert "3408 •••••••••• 0526" in page.text
    assert "340803199001010526" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "机动车驾驶证" not in empty.text


async def test_a_licence_has_a_page_for_its_owner_only(town: Town, hall: Hall) -> None:
    owner = await give(town, {"face": {"准驾车型": "C1"}})
    path = f"/wallet/{await town.db.fetchval('SELECT licence_id FROM licences')}"

    async with await hall.resident(owner) as mine, await hall.resident() as other, hall.browser() as visitor:
        page, stranger, outside = await mine.get(path), await other.get(path), await visitor.get(path)

    assert page.status_code == 200
    assert "准驾车型" in page.text
    assert "C1" in page.text
    assert stranger.status_code == 404
    assert "机动车驾驶证" not in stranger.text
    assert (outside.status_code, outside.headers["location"].split("?")[0]) == (303, "/login")


@pytest.mark.parametrize(
    "path", [f"/wallet/{uuid4()}", "/wallet/1", "/wallet/..%2f"], ids=["nobody's", "no id", "outside"]
)
async def test_a_licence_that_does_not_exist_is_not_found(hall: Hall, path: str) -> None:
    async with await hall.resident() as resident:
        assert (await resident.get(path)).status_code == 404
