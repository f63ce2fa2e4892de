"""A subscription is kept only if it can be used."""

import base64
import os

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifications.errors import EndpointRefused, ServerKeyUnknown, SubscriptionKeyRefused
from notifications.webpush.intake import RawSubscription, check_subscription
from notifications.webpush.vapid import b64, generate_key, parse_keys

KEYS = parse_keys(f"new:{generate_key()},old:{generate_key()}")
POINT = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


def raw(p256dh: str = b64(POINT), auth: str = b64(bytes(16)), **more: str) -> RawSubscription:
    sent = {"endpoint": ENDPOINT, "keys": {"p256dh": p256dh, "auth": auth}, "expirationTime": None} | more
    return msgspec.convert(sent, RawSubscription)


def test_what_the_browser_sends_is_kept_as_bytes_with_the_current_key() -> None:
    checked = check_subscription(raw(), KEYS)

    assert (checked.p256dh, checked.auth, checked.vapid_key_id) == (POINT, bytes(16), "new")
    assert len(checked.endpoint_hash) == 32


def test_padding_and_the_standard_alphabet_are_read_too() -> None:
    checked = check_subscription(raw(p256dh=base64.b64encode(POINT).decode(), auth="AAAAAAAAAAAAAAAAAAAAAA=="), KEYS)

    assert (checked.p256dh, checked.auth) == (POINT, bytes(16))


def test_a_subscription_made_with_an_older_key_keeps_it() -> None:
    checked = check_subscription(raw(applicationServerKey=KEYS.by_id["old"].public + "="), KEYS)

    assert checked.vapid_key_id == "old"


def test_a_subscription_made_with_a_key_that_is_gone_is_sent_back() -> None:
    with pytest.raises(ServerKeyUnknown):
        check_subscription(raw(applicationServerKey=b64(POINT)), KEYS)


@pytest.mark.parametrize(
    ("p256dh", "reason"),
    [
        (b64(POINT[:64]), "64 bytes instead of 65"),
        (b64(POINT + b"x"), "66 bytes instead of 65"),
        (b64(b"\x04" + os.urandom(64)), "not a point"),
        (b64(bytes(65)), "not a point"),
        (b64(b"\x02" + POINT[1:33] + bytes(32)), "not a point"),
        ("", "0 bytes"),
        ("*" * 87, "not base64url"),
        ("é" * 87, "not base64url"),
    ],
    ids=["short", "long", "off the curve", "zeros", "compressed", "empty", "stars", "accents"],
)
def test_a_bad_key_is_refused_with_its_reason(p256dh: str, reason: str) -> None:
    with pytest.raises(SubscriptionKeyRefused) as refused:
        check_subscription(raw(p256dh=p256dh), KEYS)

    assert refused.value.facts["field"] == "p256dh"
    assert reason in refused.value.facts["reason"]


@pytest.mark.parametrize("auth", ["", b64(bytes(15)), b64(bytes(17)), "?" * 22])
def test_a_bad_secret_is_refused(auth: str) -> None:
    with pytest.raises(SubscriptionKeyRefused) as refused:
        check_subscription(raw(auth=auth), KEYS)

    assert refused.value.facts["field"] == "auth"


def test_a_private_address_is_refused() -> None:
    with pytest.raises(EndpointRefused):
        check_subscription(raw(endpoint="https://10.0.0.8/x"), KEYS)
