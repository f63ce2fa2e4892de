"""RFC 8292: the token, its verification by py_vapid, and how long it is reused."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from py_vapid import Vapid02

from notifications.webpush.vapid import VapidHeaders, generate_key, parse_keys

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
FCM = "https://fcm.googleapis.com"
RFC_TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im"
    "1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvo"
    "D1oA"
)
RFC_KEY = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"


def headers(*key_ids: str) -> VapidHeaders:
    keys = parse_keys(",".join(f"{key_id}:{generate_key()}" for key_id in key_ids or ("one",)))
    return VapidHeaders(keys, "mailto:push@example.com")


def verify(header: str) -> bool:
    """py_vapid knows the header only without the space that the RFC prints."""
    return bool(Vapid02.verify(header.replace(", ", ",")))


def claims(header: str) -> dict[str, object]:
    payload = header.removeprefix("vapid t=").split(",")[0].split(".")[1]
    decoded: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return decoded


def test_the_example_of_the_rfc_is_accepted_by_the_oracle() -> None:
    assert verify(f"vapid t={RFC_TOKEN}, k={RFC_KEY}")


def test_our_header_is_accepted_by_the_oracle_and_a_changed_one_is_not() -> None:
    header = headers().header(FCM, "one", NOW)
    forged = header.replace("t=eyJ0", "t=eyJ1", 1)

    assert verify(header)
    with pytest.raises(Exception):  # noqa: B017, PT011 - py_vapid raises whatever the bytes provoke
        assert verify(forged)


def test_the_token_has_the_same_claims_as_the_rfc_names_them() -> None:
    header = headers().header(FCM, "one", NOW)

    expires = int((NOW + timedelta(hours=12)).timestamp())
    assert claims(header) == {"aud": FCM, "exp": expires, "sub": "mailto:push@example.com"}


def test_a_header_is_reused_for_eleven_hours_and_renewed_then() -> None:
    made = headers()
    first = made.header(FCM, "one", NOW)

    assert made.header(FCM, "one", NOW + timedelta(hours=11) - timedelta(seconds=1)) is first
    assert made.header(FCM, "one", NOW + timedelta(hours=11)) != first


def test_a_clock_set_back_does_not_stretch_a_token() -> None:
    made = headers()
    first = made.header(FCM, "one", NOW)

    assert made.header(FCM, "one", NOW - timedelta(hours=1)) != first


def test_every_push_service_and_key_has_its_own_header() -> None:
    made = headers("one", "two")

    tokens = {made.header(origin, key, NOW) for origin in (FCM, "https://web.push.apple.com") for key in ("one", "two")}

    assert len(tokens) == 4
    assert claims(made.header("https://web.push.apple.com", "two", NOW))["aud"] == "https://web.push.apple.com"


def test_the_first_key_is_current_and_every_key_is_found_by_its_public_part() -> None:
    keys = parse_keys(f"new:{generate_key()}, old:{generate_key()}")

    assert keys.current.key_id == "new"
    assert keys.with_public(keys.by_id["old"].public + "=") is keys.by_id["old"]
    assert keys.with_public(RFC_KEY) is None


@pytest.mark.parametrize("setting", ["", "one:", "one:secret!", "one:" + "A" * 43, "one:" + "_" * 43])
def test_a_malformed_key_is_refused_without_being_shown(setting: str) -> None:
    with pytest.raises(ValueError, match="VAPID key") as refused:
        parse_keys(setting)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("subject", ["", "push@example.com", "http://example.com"])
def test_a_subject_that_is_no_contact_is_refused(subject: str) -> None:
    with pytest.raises(ValueError, match="mailto"):
        VapidHeaders(parse_keys(f"one:{generate_key()}"), subject)
