"""Every answer of a push service has one consequence."""

from datetime import UTC, datetime, timedelta

import pytest

from notifications.channels.channel import Verdict
from notifications.webpush.responses import judge, read_retry_after
from notifications.webpush.transport import Response

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def verdict(status: int, text: str = "", **headers: str) -> Verdict:
    answer = Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, text)
    return judge(answer, secret="/send/token", now=NOW).verdict


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Verdict.SENT),
        (201, Verdict.SENT),
        (202, Verdict.SENT),
        (301, Verdict.FAILED),
        (307, Verdict.FAILED),
        (400, Verdict.FAILED),
        (401, Verdict.REFUSED),
        (403, Verdict.REFUSED),
        (404, Verdict.GONE),
        (406, Verdict.THROTTLED),
        (410, Verdict.GONE),
        (413, Verdict.FAILED),
        (418, Verdict.FAILED),
        (429, Verdict.THROTTLED),
        (500, Verdict.RETRY),
        (502, Verdict.RETRY),
        (503, Verdict.RETRY),
        (599, Verdict.RETRY),
    ],
)
def test_status_decides(status: int, expected: Verdict) -> None:
    assert verdict(status) is expected


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (400, '{"reason":"VapidPkHashMismatch"}'),
        (403, '{"reason":"VapidPkHashMismatch"}'),
        (403, "the VAPID credentials in the authorization header do not correspond to the credentials used"),
    ],
)
def test_a_subscription_bound_to_another_key_is_gone_and_nobody_is_alarmed(status: int, text: str) -> None:
    assert verdict(status, text) is Verdict.GONE


@pytest.mark.parametrize(
    ("text", "headers", "reason"),
    [
        ('{"reason":"BadTtl"}', {}, "BadTtl"),
        ('{"code":400,"errno":112,"message":"Invalid TTL"}', {}, "Invalid TTL"),
        ("UnauthorizedRegistration\n", {}, "UnauthorizedRegistration"),
        ("", {"x-wns-error-description": "Ttl value conflicts"}, "Ttl value conflicts"),
        ("no such /send/token here", {}, "no such … here"),
        ("[1]", {}, None),
        ("", {}, None),
    ],
)
def test_the_reason_is_kept_without_the_endpoint(text: str, headers: dict[str, str], reason: str | None) -> None:
    assert judge(Response(400, headers, text), secret="/send/token", now=NOW).reason == reason


def test_a_long_reason_is_cut() -> None:
    reason = judge(Response(400, {}, "x" * 1000), secret="/send/token", now=NOW).reason

    assert reason is not None
    assert len(reason) == 160


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120", NOW + timedelta(seconds=120)),
        (" 7 ", NOW + timedelta(seconds=7)),
        ("0", NOW),
        ("Fri, 20 Nov 2026 02:03:07 GMT", NOW + timedelta(minutes=3, seconds=7)),
        ("Fri, 20 Nov 2026 02:03:07", NOW + timedelta(minutes=3, seconds=7)),
        ("Friday, 20-Nov-26 02:03:07 GMT", NOW + timedelta(minutes=3, seconds=7)),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("9" * 40, None),
        ("", None),
    ],
)
def test_retry_after_is_taken_exactly_in_both_forms(text: str, expected: datetime | None) -> None:
    assert read_retry_after({"retry-after": text}, NOW) == expected


def test_without_retry_after_there_is_none() -> None:
    assert read_retry_after({}, NOW) is None
