"""What must not become a session (RFC 9700; OpenID Connect Core, section 3.1.3.7; RFC 8725)."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from backend.citizens.oidc.cached import MIN_INTERVAL
from backend.core.clock import FixedClock
from backend.core.db import Database
from backend.sandbox.signing import Signer
from tests.citizens.world import World, query_of

Claims = dict[str, Any]


def _claims_of(token: str) -> Claims:
    payload = token.split(".")[1]
    claims: Claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


FORGED: dict[str, Callable[[World, Claims], str]] = {
    "another nonce": lambda world, claims: world.provider.signer.sign({**claims, "nonce": "another"}),
    "for another client": lambda world, claims: world.provider.signer.sign({**claims, "aud": "another"}),
    "unsigned": lambda world, claims: world.provider.signer.sign(claims, alg="none"),
    "another key under the same id": lambda world, claims: Signer().sign(claims, kid=world.provider.signer.kid),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
async def test_a_token_that_does_not_hold_opens_nothing(
    world: World, db: Database, forge: Callable[[World, Claims], str]
) -> None:
    """One of each kind; the whole table is in test_id_token.py."""
    world.wire.alter["token"] = lambda answer: {**answer, "id_token": forge(world, _claims_of(answer["id_token"]))}

    async with world.browse() as browser:
        response = await world.sign_in(browser)

        assert response.status_code == 502
        assert "没能确认您的身份" in response.text
        assert await world.who(browser) is None
    assert world.wire.requests["userinfo"] == 0
    assert await db.fetchval("SELECT count(*) FROM subjects") == 0


@pytest.mark.parametrize("change", [{"state": "A" * 43}, {"state": ""}, {"state": None}])
async def test_a_callback_with_another_state_opens_nothing(world: World, change: dict[str, str | None]) -> None:
    async with world.browse() as browser:
        callback = await world.choose(browser, await world.begin(browser))
        forged = _changed(callback, **change)

        response = await browser.get(forged)

        assert response.status_code == 400
        assert await world.who(browser) is None
    assert world.wire.requests["token"] == 0


async def test_a_callback_works_once(world: World) -> None:
    async with world.browse() as browser:
        callback = await world.choose(browser, await world.begin(browser))
        login_cookie = browser.cookies["login"]
        await browser.get(callback)
        sid = browser.cookies["sid"]

        again = await browser.get(callback)

        assert (again.status_code, again.headers["location"]) == (303, "/")
        assert browser.cookies["sid"] == sid
    async with world.browse() as thief:
        thief.cookies.set("login", login_cookie, domain="hall.test")
        assert (await thief.get(callback)).status_code == 400
        assert await world.who(thief) is None
    assert world.wire.requests["token"] == 1


async def test_the_callback_of_another_browser_signs_nobody_in(world: World) -> None:
    """Login CSRF: an attacker sends a victim the end of the attacker's own sign-in."""
    async with world.browse() as attacker, world.browse() as victim, world.browse() as bystander:
        callback = await world.choose(attacker, await world.begin(attacker))
        await world.begin(victim)

        assert (await victim.get(callback)).status_code == 400
        assert await world.who(victim) is None
        assert (await bystander.get(callback)).status_code == 400
        assert (await attacker.get(callback)).status_code == 400  # used up, too
    assert world.wire.requests["token"] == 0


async def test_a_code_of_another_attempt_fails_at_the_provider(world: World) -> None:
    """Code injection: PKCE ties the code to the attempt it was given for (RFC 7636; RFC 9700, section 4.5)."""
    async with world.browse() as attacker, world.browse() as victim:
        stolen = await world.choose(victim, await world.begin(victim), "wang-fang")
        own = await world.choose(attacker, await world.begin(attacker))

        response = await attacker.get(_changed(own, code=query_of(stolen)["code"]))

        assert response.status_code == 502
        assert await world.who(attacker) is None


async def test_a_code_works_once_even_at_the_provider(world: World) -> None:
    async with world.browse() as browser:
        used = await world.choose(browser, await world.begin(browser))
        await browser.get(used)
        browser.cookies.delete("sid")
        fresh = await world.choose(browser, await world.begin(browser))

        response = await browser.get(_changed(fresh, code=query_of(used)["code"]))

    assert response.status_code == 502


async def test_a_code_is_stale_after_a_minute(world: World, clock: FixedClock) -> None:
    async with world.browse() as browser:
        callback = await world.choose(browser, await world.begin(browser))
        clock.at += timedelta(seconds=60)

        assert (await browser.get(callback)).status_code == 502


@pytest.mark.parametrize("iss", ["http://evil.test", None, ""])
async def test_the_answer_of_another_provider_is_not_taken(world: World, iss: str | None) -> None:
    """Mix-up (RFC 9207): our provider says that it names itself, so an answer without its name is not its own."""
    async with world.browse() as browser:
        callback = await world.choose(browser, await world.begin(browser))

        assert (await browser.get(_changed(callback, iss=iss))).status_code == 502
    assert world.wire.requests["token"] == 0


async def test_a_storm_of_unknown_keys_reaches_the_provider_once_a_minute(world: World, clock: FixedClock) -> None:
    stranger = Signer()
    async with world.browse() as browser:
        await world.sign_in(browser)
    before = world.wire.requests["jwks"]
    world.wire.alter["token"] = lambda answer: {**answer, "id_token": stranger.sign(_claims_of(answer["id_token"]))}

    async with world.browse() as browser:
        for _ in range(20):
            assert (await world.sign_in(browser)).status_code == 502
        assert world.wire.requests["jwks"] - before <= 1
        clock.at += MIN_INTERVAL
        await world.sign_in(browser)
    assert world.wire.requests["jwks"] - before <= 2


async def test_a_key_the_provider_has_just_changed_is_fetched(world: World, clock: FixedClock) -> None:
    async with world.browse() as browser:
        await world.sign_in(browser)
    clock.at += MIN_INTERVAL
    world.provider.signer = Signer()

    async with world.browse() as browser:
        await world.sign_in(browser)
        assert await world.who(browser) is not None


async def test_keys_and_metadata_are_kept_between_sign_ins(world: World) -> None:
    for _ in range(3):
        async with world.browse() as browser:
            await world.sign_in(browser)

    assert (world.wire.requests["jwks"], world.wire.requests["openid-configuration"]) == (1, 1)


async def test_known_keys_serve_on_while_the_key_set_is_away(world: World, clock: FixedClock) -> None:
    async with world.browse() as browser:
        await world.sign_in(browser)
    clock.at += timedelta(hours=2)
    world.wire.cut |= {"jwks", "openid-configuration"}

    async with world.browse() as browser:
        await world.sign_in(browser)
        assert await world.who(browser) is not None


@pytest.mark.parametrize("how", ["cut", "garbage", "500", "404"])
async def test_a_provider_in_trouble_gives_a_page_that_says_what_to_do(world: World, how: str) -> None:
    for part in ("userinfo", "jwks", "token", "openid-configuration"):  # each before anything of it was kept
        world.wire.trouble(part, how)
        async with world.browse() as browser:
            response = await browser.get("/login")
            if response.status_code == 303:
                response = await browser.get(await world.choose(browser, response.headers["location"]))

            assert response.status_code in {502, 503}, part
            assert 'href="/login?next=%2F"' in response.text
            assert "12345" in response.text
            assert await world.who(browser) is None
        world.wire.mend()
        world.forget_provider()


@pytest.mark.parametrize(
    "change",
    [{"issuer": "http://evil.test"}, {"token_endpoint": "ftp://provider.test/token"}, {"jwks_uri": None}],
)
async def test_metadata_that_contradict_themselves_are_not_followed(world: World, change: dict[str, Any]) -> None:
    world.wire.alter["openid-configuration"] = lambda document: {**document, **change}

    async with world.browse() as browser:
        assert (await browser.get("/login")).status_code == 502


@pytest.mark.parametrize(
    ("userinfo", "status"),
    [
        ({"sub": "somebody else"}, 502),
        ({"id_number": None}, 502),
        ({"id_number": 340803198801170526}, 502),
        ({"id_number": "340803198801170527"}, 502),
        ({"name": ""}, 502),
        ({"id_type": "414", "id_number": "E12345678"}, 403),
    ],
)
async def test_a_person_who_is_not_named_properly_is_not_signed_in(
    world: World, db: Database, userinfo: Claims, status: int
) -> None:
    world.wire.alter["userinfo"] = lambda answer: {**answer, **userinfo}

    async with world.browse() as browser:
        assert (await world.sign_in(browser)).status_code == status
        assert await world.who(browser) is None
    assert await db.fetchval("SELECT count(*) FROM subjects") == 0


async def test_userinfo_cannot_raise_the_level_that_the_token_proves(world: World) -> None:
    world.wire.alter["userinfo"] = lambda answer: {**answer, "acr": "3"}

    async with world.browse() as browser:
        assert (await world.sign_in(browser, "not-verified")).status_code == 403


async def test_a_provider_that_names_no_endpoint_for_userinfo_must_say_all_in_the_token(world: World) -> None:
    world.wire.alter["openid-configuration"] = lambda document: {**document, "userinfo_endpoint": None}

    async with world.browse() as browser:
        assert (await world.sign_in(browser)).status_code == 502
    assert world.wire.requests["userinfo"] == 0


async def test_the_secret_goes_by_form_where_the_provider_wants_that(world: World) -> None:
    world.wire.alter["openid-configuration"] = lambda document: {
        **document,
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }

    async with world.browse() as browser:
        await world.sign_in(browser)
        assert await world.who(browser) is not None


@pytest.mark.parametrize("error", ["server_error", "invalid_request", "<script>alert(1)</script>"])
async def test_an_error_of_the_provider_is_explained_and_not_repeated(world: World, error: str) -> None:
    async with world.browse() as browser:
        callback = _changed(await world.choose(browser, await world.begin(browser)), code=None, error=error)

        response = await browser.get(callback)

        assert response.status_code == 502
        assert error not in response.text


async def test_the_request_to_the_provider_proves_what_it_should(world: World) -> None:
    async with world.browse() as browser:
        one, two = query_of(await world.begin(browser)), query_of(await world.begin(browser))

    assert one["code_challenge_method"] == "S256"
    assert len(base64.urlsafe_b64decode(one["code_challenge"] + "=")) == hashlib.sha256().digest_size
    for fresh in ("state", "nonce", "code_challenge"):
        assert one[fresh] != two[fresh]
        assert len(one[fresh]) == 43


def _changed(url: str, **changes: str | None) -> str:
    query = {**query_of(url), **changes}
    return url.partition("?")[0] + "?" + urlencode({k: v for k, v in query.items() if v is not None})
