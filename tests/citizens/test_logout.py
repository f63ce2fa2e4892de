"""Signing out: of the hall, of the browser, of the provider, and of nobody else's doing."""

import pytest

from backend.core.clock import FixedClock
from backend.core.db import Database
from notifications.subscriptions import subscribe
from tests.citizens.world import World, query_of
from tests.notifications.town import a_subscription


async def test_logout_ends_the_session_and_empties_the_browser(world: World) -> None:
    async with world.browse() as browser, world.browse() as thief:
        await world.sign_in(browser)
        who = await world.who(browser)
        assert who is not None
        thief.cookies.set("sid", browser.cookies["sid"], domain="hall.test")

        response = await browser.post("/logout", data={"csrf_token": who["csrf"]})

        assert (response.status_code, response.headers["location"]) == (303, "/logout/provider")
        assert response.headers["clear-site-data"] == '"storage"'
        assert "sid" not in browser.cookies
        assert await world.who(thief) is None


async def test_logout_on_a_shared_device_empties_the_cache_too(world: World) -> None:
    async with world.browse() as browser:
        await world.sign_in(browser)
        who = await world.who(browser)
        assert who is not None

        response = await browser.post("/logout", data={"csrf_token": who["csrf"], "shared_device": "1"})

    assert response.headers["clear-site-data"] == '"cache", "storage"'


async def test_logout_detaches_the_pushes_of_this_device_alone(world: World, db: Database, clock: FixedClock) -> None:
    here, elsewhere = "https://push.example/here", "https://push.example/elsewhere"
    async with world.browse() as browser:
        await world.sign_in(browser)
        who = await world.who(browser)
        assert who is not None
        subject_id = await db.fetchval("SELECT subject_id FROM subjects")
        async with db.transaction() as tx:
            for endpoint in (here, elsewhere):
                await subscribe(tx, subject_id, a_subscription(endpoint), clock.now())

        await browser.post("/logout", data={"csrf_token": who["csrf"], "push_endpoint": here})

    assert [row["endpoint"] for row in await db.fetch("SELECT endpoint FROM push_subscriptions")] == [elsewhere]


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        ({}, {}),
        ({"csrf_token": "wrong"}, {}),
        ({"csrf_token": "右"}, {}),
        ({"csrf_token": "right"}, {"sec-fetch-site": "cross-site"}),
        ({"csrf_token": "right"}, {"origin": "https://evil.example"}),
    ],
)
async def test_another_site_cannot_sign_somebody_out(
    world: World, data: dict[str, str], headers: dict[str, str]
) -> None:
    async with world.browse() as browser:
        await world.sign_in(browser)
        who = await world.who(browser)
        assert who is not None
        form = {name: who["csrf"] if value == "right" else value for name, value in data.items()}

        response = await browser.post("/logout", data=form, headers=headers)

        assert response.status_code == 403
        assert await world.who(browser) is not None


async def test_logout_also_works_when_the_session_is_over(world: World) -> None:
    async with world.browse() as browser:
        response = await browser.post("/logout", data={"csrf_token": "old"})

    assert response.status_code == 303
    assert response.headers["clear-site-data"] == '"storage"'


async def test_logout_goes_on_to_the_provider_and_comes_back(world: World) -> None:
    async with world.browse() as browser:
        page = await browser.get("/logout/provider")

        delay, _, target = page.headers["refresh"].partition("; url=")
        assert (page.status_code, delay) == (200, "0")
        assert query_of(target) == {"client_id": "hall one", "post_logout_redirect_uri": "http://hall.test/"}
        assert (await browser.get(target)).headers["location"] == "http://hall.test/"


async def test_logout_ends_at_home_when_the_provider_is_away(world: World) -> None:
    world.wire.cut.add("openid-configuration")
    async with world.browse() as browser:
        response = await browser.get("/logout/provider")

    assert (response.status_code, response.headers["location"]) == (303, "/")


async def test_the_session_needs_its_token_for_every_change(world: World) -> None:
    async with world.browse() as browser:
        await world.sign_in(browser)
        who = await world.who(browser)
        assert who is not None

        assert (await browser.post("/api/act")).status_code == 403
        assert (await browser.post("/api/act", headers={"x-csrf-token": who["csrf"]})).status_code == 200
