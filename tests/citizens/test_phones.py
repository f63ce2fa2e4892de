"""Phone numbers arrive in many forms and are kept in one."""

import pytest

from backend.citizens.phones import parse_phone


@pytest.mark.parametrize(
    "typed",
    [
        "19900001001",
        "+8619900001001",
        "86 199-0000-1001",
        "008619900001001",
        "１９９００００１００１",
        "(+86) 199 0000 1001",
    ],
)
def test_a_mainland_number_is_kept_as_its_eleven_digits(typed: str) -> None:
    assert parse_phone(typed) == "19900001001"


@pytest.mark.parametrize(
    ("typed", "kept"), [("+49 151 12345678", "+4915112345678"), ("+852 5123 4567", "+85251234567")]
)
def test_a_number_abroad_keeps_its_country(typed: str, kept: str) -> None:
    assert parse_phone(typed) == kept


@pytest.mark.parametrize("typed", ["", "12345", "021-12345678", "1990000100", "+0123456789", "call me", "1" * 40])
def test_what_cannot_be_dialled_for_an_sms_is_none(typed: str) -> None:
    assert parse_phone(typed) is None
