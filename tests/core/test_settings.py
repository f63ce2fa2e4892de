"""Settings are complete and known, or everything that is wrong is said at once."""

import base64

import pytest

from backend.core.settings import BadSettings, read_settings

KEY = base64.b64encode(b"k" * 32).decode()
GOOD = {
    "DATABASE_URL": "postgresql:///x",
    "REDIS_URL": "unix:///x",
    "SUISHENBAN_DATA_KEYS": f"b:{KEY},a:{KEY}",
    "SUISHENBAN_LOOKUP_KEY": KEY,
}


def test_the_first_data_key_is_the_current_one() -> None:
    assert read_settings(GOOD).keyring().current == "b"


def test_switches_are_read_as_words() -> None:
    assert read_settings(GOOD | {"SUISHENBAN_SANDBOX": "true"}).sandbox is True


def test_all_missing_and_unknown_variables_are_named_together() -> None:
    given = {
        "DATABASE_URL": "postgresql:///x",
        "SUISHENBAN_DATA_KEYS": f"a:{KEY}",
        "SUISHENBAN_PORTT": "1",
        "HOME": "/",
    }

    with pytest.raises(BadSettings) as error:
        read_settings(given)

    assert "missing: REDIS_URL" in str(error.value)
    assert "missing: SUISHENBAN_LOOKUP_KEY" in str(error.value)
    assert "unknown: SUISHENBAN_PORTT" in str(error.value)
    assert "HOME" not in str(error.value)


@pytest.mark.parametrize("key", ["", "short", "a:", f"a:{KEY}x", f"a:{base64.b64encode(b'k' * 31).decode()}"])
def test_a_key_of_the_wrong_size_is_refused(key: str) -> None:
    with pytest.raises(BadSettings):
        read_settings(GOOD | {"SUISHENBAN_DATA_KEYS": key})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SUISHENBAN_PUBLIC_URL", "not-a-url"),
        ("SUISHENBAN_PUBLIC_URL", "https://hall.example/path"),
        ("SUISHENBAN_VAPID_PRIVATE_KEY", "v1:garbage"),
        ("SUISHENBAN_PUSH_EXTRA_ORIGINS", "http://elsewhere.example"),
        ("SUISHENBAN_SANDBOX", "perhaps"),
    ],
)
def test_what_does_not_read_is_named_beside_what_is_missing(variable: str, value: str) -> None:
    with pytest.raises(BadSettings) as error:
        read_settings({name: text for name, text in GOOD.items() if name != "REDIS_URL"} | {variable: value})

    assert "missing: REDIS_URL" in str(error.value)
    assert "malformed" in str(error.value)
