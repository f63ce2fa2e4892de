"""Rotation of the platform's keys: both loaded, learnt when new, never lost."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.wechat.client import REFRESH_EVERY
from tests.payments.providers.keys import NOW, certificate
from tests.payments.providers.wechat.gateway import TRANSACTION, answer, notice, pay, seal, signed

OLD, NEW = "5F1C72E2A8931B72A2E13AF8DEE92471EB397115", "0F1C72E2A8931B72A2E13AF8DEE92471EB397116"
BODY = notice(TRANSACTION)


def old_certificate() -> str:
    return certificate("old platform", int(OLD, 16))


def by_old() -> dict[str, str]:
    return signed(BODY, signer="old platform", serial=OLD)


def by_new(body: bytes = BODY) -> dict[str, str]:
    return signed(body, signer="new platform", serial=NEW)


def certificates(**changes: Any) -> httpx.Response:
    """`GET /v3/certificates` after the rotation, signed with the new key."""
    told = {
        "serial_no": NEW,
        "effective_time": "2026-11-10T00:00:00+08:00",
        "expire_time": "2031-11-10T00:00:00+08:00",
        "encrypt_certificate": seal(certificate("new platform", int(NEW, 16)).encode(), context="certificate"),
        **changes,
    }
    return answer({"data": [told]}, signer="new platform", serial=NEW)


async def test_a_new_certificate_is_learnt_and_the_old_one_stays() -> None:
    wechat = pay(lambda request: certificates(), public_keys={}, certificates=[old_certificate()])
    with pytest.raises(CallbackRefused) as caught:
        wechat.read_callback(by_new(), BODY, NOW)

    await wechat.refresh_keys(NOW)

    assert caught.value.reason is Reason.UNKNOWN_KEY
    assert wechat.read_callback(by_new(), BODY, NOW).event_key
    assert wechat.read_callback(by_old(), BODY, NOW).event_key


async def test_a_first_certificate_can_be_learnt_from_nothing() -> None:
    wechat = pay(lambda request: certificates(), public_keys={})

    await wechat.refresh_keys(NOW)

    assert wechat.read_callback(by_new(), BODY, NOW).event_key


@pytest.mark.parametrize(
    "reply",
    [
        lambda: httpx.Response(500),
        lambda: httpx.Response(403, json={"code": "NO_AUTH"}),
        lambda: httpx.Response(404, content=b"<html>"),
        lambda: httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
        lambda: httpx.Response(200, json={"data": []}),
        lambda: answer({"data": []}, signer="old platform", serial=OLD),
        lambda: answer(b"not json", signer="old platform", serial=OLD),
        lambda: certificates(serial_no=OLD),
        lambda: certificates(encrypt_certificate=seal(b"no certificate", context="certificate")),
        lambda: certificates(encrypt_certificate=seal(b"\xff", context="certificate") | {"algorithm": "ROT13"}),
        lambda: certificates(encrypt_certificate=seal(b"x") | {"nonce": "x"}),
        lambda: answer(json.loads(certificates().content), signer="somebody", serial=NEW),
    ],
)
async def test_whatever_a_refresh_meets_the_known_keys_stay_and_nothing_is_learnt(reply: Any) -> None:
    wechat = pay(lambda request: reply(), public_keys={}, certificates=[old_certificate()])

    await wechat.refresh_keys(NOW)

    assert wechat.read_callback(by_old(), BODY, NOW).event_key
    with pytest.raises(CallbackRefused):
        wechat.read_callback(by_new(), BODY, NOW)


async def test_a_thousand_unknown_serials_ask_once() -> None:
    asked: list[str] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(403, json={"code": "NO_AUTH"})

    wechat = pay(refuse)
    for number in range(1000):
        with pytest.raises(CallbackRefused):
            wechat.read_callback(signed(BODY, serial=f"{number:040X}"), BODY, NOW)
        await wechat.refresh_keys(NOW)
    await wechat.refresh_keys(NOW + REFRESH_EVERY - timedelta(seconds=1))

    assert asked == ["/v3/certificates"]
    assert wechat.read_callback(signed(BODY), BODY, NOW).event_key
    await wechat.refresh_keys(NOW + REFRESH_EVERY)
    assert len(asked) == 2


def test_a_certificate_counts_only_while_it_is_valid() -> None:
    short = certificate("old platform", int(OLD, 16), valid_until=NOW + timedelta(days=1))
    wechat = pay(public_keys={}, certificates=[short])
    later = NOW + timedelta(days=2)

    assert wechat.read_callback(by_old(), BODY, NOW).event_key
    with pytest.raises(CallbackRefused):
        wechat.read_callback(signed(BODY, later, signer="old platform", serial=OLD), BODY, later)


def test_a_serial_is_the_same_with_and_without_its_leading_zero() -> None:
    wechat = pay(public_keys={}, certificates=[certificate("new platform", int(NEW, 16))])

    assert wechat.read_callback(by_new(), BODY, NOW).event_key
    assert wechat.read_callback(by_new() | {"Wechatpay-Serial": NEW.lstrip("0")}, BODY, NOW).event_key


@pytest.mark.parametrize("changes", [{"api_v3_key": "short"}, {"notify_url": "https://hall.example/cb?x=1"}])
def test_a_wrong_setting_shows_at_start(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"APIv3|query"):
        pay(**changes)
