"""Where a push may go, and the many ways to ask for somewhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.errors import EndpointRefused
from notifications.webpush.endpoints import HOSTS, MAX_LENGTH, check_endpoint, origin_of, parse_origins

GOOD = {
    "https://fcm.googleapis.com/fcm/send/abc:def-_1": "https://fcm.googleapis.com",
    "https://fcm.googleapis.com:443/fcm/send/abc": "https://fcm.googleapis.com",
    "https://jmt17.google.com/fcm/send/abc": "https://jmt17.google.com",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA": "https://updates.push.services.mozilla.com",
    "https://eu1.push.services.mozilla.com/wpush/v2/gAAA": "https://eu1.push.services.mozilla.com",
    "https://web.push.apple.com/QGuQ": "https://web.push.apple.com",
    "https://a.b.push.apple.com/QGuQ": "https://a.b.push.apple.com",
    "https://wns2-db5p.notify.windows.com/w/?token=BQ%2b": "https://wns2-db5p.notify.windows.com",
}

BAD = {
    "http://fcm.googleapis.com/fcm/send/abc": "not https",
    "ftp://fcm.googleapis.com/x": "not an https address",
    "javascript:alert(1)": "not an https address",
    "": "not an https address",
    "fcm.googleapis.com/fcm/send/abc": "not an https address",
    "//fcm.googleapis.com/x": "not an https address",
    "https://fcm.googleapis.com:8443/x": "a port other than 443",
    "https://fcm.googleapis.com:0/x": "a port other than 443",
    "https://fcm.googleapis.com:99999/x": "not an address",
    "https://fcm.googleapis.com:x/x": "not an address",
    "https://user@fcm.googleapis.com/x": "user information",
    "https://user:secret@fcm.googleapis.com/x": "user information",
    "https://fcm.googleapis.com@evil.example/x": "user information",
    "https://@fcm.googleapis.com/x": "user information",
    "https://evil.example/fcm.googleapis.com": "not a known push service",
    "https://fcm.googleapis.com.evil.example/x": "not a known push service",
    "https://evilfcm.googleapis.com/x": "not a known push service",
    "https://storage.googleapis.com/x": "not a known push service",
    "https://evilpush.apple.com/x": "not a known push service",
    "https://.push.apple.com/x": "not a known push service",
    "https://push.apple.com/x": "not a known push service",
    "https://notify.windows.com/x": "not a known push service",
    "https://fcm.googleapis.com./x": "not a known push service",
    "https://127.0.0.1/x": "not a known push service",
    "https://10.0.0.8/x": "not a known push service",
    "https://169.254.169.254/latest/meta-data": "not a known push service",
    "https://2130706433/x": "not a known push service",
    "https://0x7f.1/x": "not a known push service",
    "https://[::1]/x": "not a known push service",
    "https://[::ffff:127.0.0.1]/x": "not a known push service",
    "https://[::1/x": "not an address",
    "https://localhost/x": "not a known push service",
    "https://xn--fcm-googleapis-com/x": "not a known push service",
    "https://fcm。googleapis。com/x": "characters",
    "https://fcm.googleаpis.com/x": "characters",
    "https://fcm.googleapis.com\\@evil.example/x": "characters",
    "https://fcm.googleapis.com/x y": "characters",
    "https://fcm.googleapis.com/x\r\nHost: evil": "characters",
    "https://evil.example\t.push.apple.com/x": "characters",
    "https://fcm.googleapis.com/x#y": "fragment",
    "https://fcm.googleapis.com/" + "x" * 2048: "too long",
}


@pytest.mark.parametrize(("endpoint", "origin"), GOOD.items())
def test_a_known_push_service_is_accepted(endpoint: str, origin: str) -> None:
    assert check_endpoint(endpoint) == origin


@pytest.mark.parametrize(("endpoint", "reason"), BAD.items())
def test_any_other_address_is_refused_with_its_reason(endpoint: str, reason: str) -> None:
    with pytest.raises(EndpointRefused) as refused:
        check_endpoint(endpoint)

    assert reason in refused.value.facts["reason"]


def test_an_extra_origin_counts_exactly() -> None:
    extra = parse_origins("http://127.0.0.1:8799, https://push.city.example:8443")

    assert check_endpoint("http://127.0.0.1:8799/wpush/v2/a", extra) == "http://127.0.0.1:8799"
    assert check_endpoint("https://push.city.example:8443/a", extra) == "https://push.city.example:8443"
    for other in ("http://127.0.0.1:8800/a", "https://127.0.0.1:8799/a", "https://push.city.example/a"):
        with pytest.raises(EndpointRefused):
            check_endpoint(other, extra)


def test_no_extra_origins_is_the_default() -> None:
    assert parse_origins(" ") == frozenset()


@pytest.mark.parametrize(
    "setting", ["http://10.0.0.8:80", "http://push.example", "https://a.example/path", "a.example"]
)
def test_an_extra_origin_that_opens_more_than_a_test_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match=r"origin|very machine"):
        parse_origins(setting)


@given(host=st.sampled_from(sorted(HOSTS)), path=st.text('/ab.:@#?%\\ ["~é\t', max_size=20))
def test_what_is_let_through_by_its_look_is_what_is_let_through_by_its_parts(host: str, path: str) -> None:
    address = f"https://{host}/{path}"

    def verdict(endpoint: str) -> str:
        try:
            return check_endpoint(endpoint)
        except EndpointRefused as refused:
            return str(refused.facts["reason"])

    assert verdict(address) == verdict(f"https://{host}:443/{path}")  # the port sends it the long way


def test_length_counts_however_usual_an_address_looks() -> None:
    longest = "https://web.push.apple.com/".ljust(MAX_LENGTH, "x")

    assert check_endpoint(longest) == origin_of(longest) == "https://web.push.apple.com"
    with pytest.raises(EndpointRefused):
        check_endpoint(longest + "x")
