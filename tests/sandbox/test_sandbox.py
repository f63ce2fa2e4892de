"""The sandbox provider refuses what a real one refuses; the SMS gateway takes each message once."""

import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from backend.core.clock import FixedClock
from backend.core.identity_numbers import check_citizen_id, check_credit_code
from backend.core.settings import Settings
from backend.sandbox.app import create_sandbox
from backend.sandbox.residents import demo_residents, find_resident
from backend.sandbox.sms import KEPT

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REQUEST = {
    "response_type": "code",
    "client_id": "hall",
    "redirect_uri": "http://hall.test/login/callback",
    "scope": "openid profile phone identity",
    "state": "s1",
    "nonce": "n1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "ui_locales": "zh-CN",
}
SETTINGS = Settings(
    database_url="",
    redis_url="",
    data_keys="",
    lookup_key="",
    public_url="http://hall.test",
    oidc_issuer="http://sandbox.test/identity",
    oidc_client_id="hall",
    oidc_client_secret="secret",
)


@pytest.fixture
async def browser(clock: FixedClock) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_sandbox(SETTINGS, clock=clock, sms_token="gateway"))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as client:
        yield client


async def _code(browser: httpx.AsyncClient, **changes: str) -> str:
    sent = await browser.post("/identity/authorize", data={**REQUEST, "resident": "lin-xiaowen", **changes})
    return httpx.URL(sent.headers["location"]).params["code"]


async def _exchange(browser: httpx.AsyncClient, given: str, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": given,
        "redirect_uri": REQUEST["redirect_uri"],
        "code_verifier": VERIFIER,
        "client_id": "hall",
        "client_secret": "secret",
    }
    return await browser.post("/identity/token", data={**form, **changes})


def test_demo_residents_carry_numbers_that_prove_themselves() -> None:
    residents = demo_residents()

    assert len({resident.key for resident in residents}) == len({resident.number for resident in residents}) >= 8
    for resident in residents:
        assert check_citizen_id(resident.number, date(2026, 11, 20)).born_on == resident.born_on
        assert resident.phone.startswith("1990000")
        if resident.organisation is not None:
            assert check_credit_code(resident.organisation.number) == resident.organisation.number


def test_the_demo_residents_are_in_the_situations_they_are_said_to_be_in() -> None:
    elder, teenager = find_resident("chen-xiuying"), find_resident("zhou-yinuo")

    assert elder is not None
    assert teenager is not None
    assert elder.born_on <= date(2026 - 65, 11, 20)
    assert date(2010, 11, 20) < teenager.born_on < date(2010, 12, 20)


async def test_the_whole_flow_ends_with_who_the_resident_is(browser: httpx.AsyncClient) -> None:
    answer = await _exchange(browser, await _code(browser))
    tokens = answer.json()

    who = await browser.get("/identity/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"})

    assert answer.headers["cache-control"] == "no-store"
    lin = find_resident("lin-xiaowen")
    assert lin is not None
    assert (who.json()["name"], who.json()["id_number"]) == (lin.name, lin.number)
    assert lin.number not in tokens["id_token"]


async def test_scopes_decide_what_is_told(browser: httpx.AsyncClient) -> None:
    tokens = (await _exchange(browser, await _code(browser, scope="openid"))).json()

    who = await browser.get("/identity/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"})

    assert set(who.json()) == {"sub"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://hall.test/"}, "invalid_grant"),
        ({"code": "another"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "another"}, "invalid_client"),
    ],
)
async def test_a_code_is_given_out_only_against_all_proofs(
    browser: httpx.AsyncClient, changes: dict[str, str], error: str
) -> None:
    answer = await _exchange(browser, await _code(browser), **changes)

    assert answer.json() == {"error": error}
    assert answer.status_code == (401 if error == "invalid_client" else 400)


async def test_a_code_used_twice_takes_its_token_with_it(browser: httpx.AsyncClient) -> None:
    code = await _code(browser)
    token = (await _exchange(browser, code)).json()["access_token"]

    again = await _exchange(browser, code)

    assert again.json() == {"error": "invalid_grant"}
    who = await browser.get("/identity/userinfo", headers={"authorization": f"Bearer {token}"})
    assert who.status_code == 401


async def test_codes_and_tokens_grow_old(browser: httpx.AsyncClient, clock: FixedClock) -> None:
    token = (await _exchange(browser, await _code(browser))).json()["access_token"]
    old = await _code(browser)

    clock.at += timedelta(seconds=60)
    assert (await _exchange(browser, old)).status_code == 400
    clock.at += timedelta(minutes=4)
    who = await browser.get("/identity/userinfo", headers={"authorization": f"Bearer {token}"})
    assert who.status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "http://evil.test/"},
        {"redirect_uri": "http://hall.test/login/callback/../x"},
        {"client_id": "x"},
    ],
)
async def test_a_stranger_is_never_redirected_to(browser: httpx.AsyncClient, changes: dict[str, str]) -> None:
    for response in (
        await browser.get("/identity/authorize", params={**REQUEST, **changes}),
        await browser.post("/identity/authorize", data={**REQUEST, **changes, "resident": "lin-xiaowen"}),
    ):
        assert response.status_code == 400
        assert "location" not in response.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
async def test_a_client_is_told_what_is_wrong_with_its_request(
    browser: httpx.AsyncClient, changes: dict[str, str], error: str
) -> None:
    response = await browser.get("/identity/authorize", params={**REQUEST, **changes})

    params = httpx.URL(response.headers["location"]).params
    assert (params["error"], params["state"], params["iss"]) == (error, "s1", SETTINGS.oidc_issuer)


async def test_the_choice_works_without_script_and_repeats_nothing_unescaped(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/identity/authorize", params={**REQUEST, "state": '"><script>alert(1)</script>'})

    assert "<script" not in response.text
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://hall.test" in policy
    for resident in demo_residents():
        assert f'value="{resident.key}"' in response.text
        assert resident.number not in response.text


@pytest.mark.parametrize("path", ["/", "/sms", "/healthz", "/sandbox.css", "/identity/jwks", "/identity/end_session"])
async def test_every_page_is_there(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 200


async def test_the_provider_may_live_at_the_root(clock: FixedClock) -> None:
    at_root = msgspec.structs.replace(SETTINGS, oidc_issuer="http://sandbox.test")
    transport = httpx.ASGITransport(create_sandbox(at_root, clock=clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as client:
        document = (await client.get("/.well-known/openid-configuration")).json()

        assert document["authorization_endpoint"] == "http://sandbox.test/authorize"
        assert 'action="/authorize"' in (await client.get("/authorize", params=REQUEST)).text
        for path in ("/", "/sms", "/healthz", "/jwks"):
            assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("target", ["http://evil.test/", "http://hall.test/elsewhere", ""])
async def test_after_logout_only_the_registered_address_is_led_to(browser: httpx.AsyncClient, target: str) -> None:
    params = {"client_id": "hall", "post_logout_redirect_uri": target}

    assert (await browser.get("/identity/end_session", params=params)).status_code == 200


async def _send(browser: httpx.AsyncClient, message: dict[str, Any], bearer: str = "gateway") -> httpx.Response:
    return await browser.post("/sms", json=message, headers={"authorization": f"Bearer {bearer}"})


async def test_the_sms_gateway_shows_what_it_took(browser: httpx.AsyncClient) -> None:
    sent = await _send(browser, {"id": "m1-0", "to": "19900001001", "text": "您有一条新提醒 <b>"})

    assert sent.status_code == 202
    page = (await browser.get("/sms")).text
    assert "19900001001" in page
    assert "您有一条新提醒 &lt;b&gt;" in page


async def test_the_sms_gateway_takes_a_message_once(browser: httpx.AsyncClient) -> None:
    for _ in range(3):
        assert (await _send(browser, {"id": "m1-0", "to": "19900001001", "text": "只说一次"})).status_code == 202

    assert (await browser.get("/sms")).text.count("只说一次") == 1


async def test_the_sms_gateway_keeps_the_last_ones(browser: httpx.AsyncClient) -> None:
    for serial in range(KEPT + 1):
        await _send(browser, {"id": str(serial), "to": "19900001001", "text": f"第{serial}条。"})

    page = (await browser.get("/sms")).text
    assert "第0条。" not in page
    assert page.index(f"第{KEPT}条。") < page.index("第1条。")


async def test_the_sms_gateway_serves_only_its_bearer(browser: httpx.AsyncClient) -> None:
    assert (await _send(browser, {"id": "m", "to": "1", "text": "x"}, bearer="wrong")).status_code == 401


@pytest.mark.parametrize("message", [{}, {"id": "m"}, {"id": 1, "to": "1", "text": "x"}])
async def test_the_sms_gateway_refuses_what_is_no_message(browser: httpx.AsyncClient, message: dict[str, Any]) -> None:
    assert (await _send(browser, message)).status_code == 400
