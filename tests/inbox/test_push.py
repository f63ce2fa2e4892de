"""Push subscriptions: a browser's address and keys are input like any other."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.core.db import Database
from notifications.models import Locale
from notifications.preferences import get_reader
from notifications.subscriptions import count_subscriptions
from tests.hall import Browser, Hall

PATH = "/api/push/subscriptions"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def subscription(endpoint: str = "https://fcm.googleapis.com/fcm/send/one", **keys: str) -> dict[str, Any]:
    """What PushSubscription.toJSON() gives."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    p256dh = b64(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    return {"endpoint": endpoint, "expirationTime": None, "keys": {"p256dh": p256dh, "auth": b64(b"a" * 16)} | keys}


async def test_the_key_is_that_of_the_settings(visitor: Browser) -> None:
    answer = await visitor.get("/api/push/key")

    raw = base64.urlsafe_b64decode(answer.json()["key"] + "=")
    assert (len(raw), raw[0]) == (65, 4)
    assert answer.json()["csrf_token"] is None


async def test_a_service_worker_can_subscribe_again_without_a_page(me: Browser, db: Database) -> None:
    answer = await me.get("/api/push/key")
    headers = {"X-CSRF-Token": answer.json()["csrf_token"], "Sec-Fetch-Site": "same-origin"}
    renewed = await me.post(PATH, json=subscription(), headers=headers)

    assert answer.headers["cache-control"] == "no-store"
    assert renewed.status_code == 204
    assert await count_subscriptions(db, me.subject_id) == 1


async def test_without_a_key_push_is_said_to_be_unavailable(hall: Hall) -> None:
    resources = hall.resources
    bare = Hall(
        hall.handlers,
        db=resources.db,
        redis=resources.redis,
        clock=resources.clock,
        keyring=resources.keyring,
        vapid_private_key="",
    )
    async with bare.browser() as visitor:
        answer = await visitor.get("/api/push/key")

    assert (answer.status_code, answer.json()["code"]) == (503, "inbox.push_unavailable")


async def test_a_browser_is_subscribed_once_in_its_language(me: Browser, db: Database) -> None:
    me.cookies.set("lang", "en", domain="localhost.local")
    body = subscription()

    answers = [await me.send_json("POST", PATH, body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert await count_subscriptions(db, me.subject_id) == 1
    assert (await get_reader(db, me.subject_id)).locale is Locale.EN


async def test_a_browser_can_be_unsubscribed_by_its_owner_only(me: Browser, neighbour: Browser, db: Database) -> None:
    body = subscription()
    await me.send_json("POST", PATH, body)

    by_neighbour = await neighbour.send_json("DELETE", PATH, {"endpoint": body["endpoint"]})
    kept = await count_subscriptions(db, me.subject_id)
    by_me = await me.send_json("DELETE", PATH, {"endpoint": body["endpoint"]})

    assert (by_neighbour.status_code, kept, by_me.status_code) == (204, 1, 204)
    assert await count_subscriptions(db, me.subject_id) == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (subscription("https://10.0.0.7/push"), "notifications.endpoint_refused"),
        (subscription("https://169.254.169.254/latest/meta-data"), "notifications.endpoint_refused"),
        (subscription("https://[::1]/push"), "notifications.endpoint_refused"),
        (subscription("http://fcm.googleapis.com/fcm/send/one"), "notifications.endpoint_refused"),
        (subscription("https://evil.example/push"), "notifications.endpoint_refused"),
        (subscription("https://fcm.googleapis.com@evil.example/"), "notifications.endpoint_refused"),
        (subscription("https://fcm.googleapis.com.evil.example/"), "notifications.endpoint_refused"),
        (subscription(p256dh=b64(b"\4" + b"x" * 64)), "notifications.subscription_key_refused"),
        (subscription(p256dh="not a key"), "notifications.subscription_key_refused"),
        (subscription(auth=b64(b"short")), "notifications.subscription_key_refused"),
        ({"endpoint": "https://fcm.googleapis.com/x"}, "request.bad_parameter"),
        ([], "request.bad_parameter"),
    ],
)
async def test_a_subscription_that_cannot_be_is_refused_with_the_reason(
    me: Browser, db: Database, body: Any, code: str
) -> None:
    answer = await me.send_json("POST", PATH, body)

    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] == code
    assert answer.json()["detail"]
    assert await db.fetchval("SELECT count(*) FROM push_subscriptions") == 0


async def test_a_body_that_is_no_json_is_refused(me: Browser) -> None:
    answer = await me.post(PATH, content=b"{", headers={"X-CSRF-Token": me.csrf_token})

    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_a_subscription_made_with_a_foreign_key_is_to_be_made_anew(me: Browser) -> None:
    foreign = subscription()["keys"]["p256dh"]

    answer = await me.send_json("POST", PATH, {**subscription(), "applicationServerKey": foreign})

    assert (answer.status_code, answer.json()["code"]) == (409, "notifications.server_key_unknown")


async def test_subscribing_needs_a_login_and_the_token(visitor: Browser, me: Browser, db: Database) -> None:
    body = subscription()

    signed_out = await visitor.post(PATH, json=body)
    without_token = await me.post(PATH, json=body)

    assert (signed_out.status_code, without_token.status_code) == (401, 403)
    assert await db.fetchval("SELECT count(*) FROM push_subscriptions") == 0


async def test_a_person_does_not_subscribe_without_end(me: Browser, neighbour: Browser) -> None:
    body = subscription()
    statuses = [(await me.send_json("POST", PATH, body)).status_code for _ in range(61)]

    assert statuses == [204] * 60 + [429]
    assert (await neighbour.send_json("POST", PATH, subscription())).status_code == 204
