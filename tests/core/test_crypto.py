"""Sealed text opens only with its key and its context; equal values meet in the look-up."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from backend.core.crypto import Keyring

KEYRING = Keyring({"old": b"o" * 32, "new": b"n" * 32}, "new", b"l" * 32)


@given(st.text(), st.binary(max_size=40))
def test_what_was_sealed_opens_again(text: str, context: bytes) -> None:
    assert KEYRING.open("new", KEYRING.seal(text, context=context), context=context) == text


def test_a_row_sealed_before_a_rotation_still_opens() -> None:
    before = Keyring({"old": b"o" * 32}, "old", b"l" * 32)

    assert KEYRING.open("old", before.seal("林", context=b"c"), context=b"c") == "林"


def test_another_context_or_a_changed_byte_does_not_open() -> None:
    sealed = KEYRING.seal("林", context=b"of one person")

    with pytest.raises(InvalidTag):
        KEYRING.open("new", sealed, context=b"of another")
    with pytest.raises(InvalidTag):
        KEYRING.open("new", sealed[:-1] + bytes([sealed[-1] ^ 1]), context=b"of one person")


def test_sealing_twice_gives_different_bytes_and_looking_up_twice_the_same() -> None:
    assert KEYRING.seal("x", context=b"") != KEYRING.seal("x", context=b"")
    assert KEYRING.lookup("id", "x") == KEYRING.lookup("id", "x")
    assert KEYRING.lookup("id", "x") != KEYRING.lookup("phone", "x")
