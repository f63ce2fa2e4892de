"""Feeds sent as gzip."""

import gzip
from collections.abc import AsyncIterable, AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.departments.compression import plain
from backend.departments.errors import EncodingNotSupported, FaultyCompression


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def joined(stream: AsyncIterable[bytes]) -> bytes:
    return b"".join([piece async for piece in stream])


@given(st.lists(st.binary(max_size=2000), max_size=4), st.integers(1, 700))
async def test_members_one_after_another_unpack_to_what_was_packed(parts: list[bytes], size: int) -> None:
    packed = b"".join(gzip.compress(part) for part in parts)

    assert await joined(plain(pieces(packed, size), "gzip")) == b"".join(parts)


async def test_a_bomb_comes_in_small_pieces() -> None:
    packed = gzip.compress(bytes(200_000_000))

    largest = 0
    async for piece in plain(pieces(packed, 65_536), "gzip"):
        largest = max(largest, len(piece))

    assert largest <= 256 * 1024


@pytest.mark.parametrize(
    "data",
    [gzip.compress(b"line\n" * 1000)[:-3], b"not gzip at all", gzip.compress(b"x") + b"tail"],
    ids=["cut short", "not gzip", "a tail"],
)
async def test_damage_is_noticed(data: bytes) -> None:
    with pytest.raises(FaultyCompression):
        await joined(plain(pieces(data, 10), "gzip"))


def test_other_encodings_are_refused() -> None:
    with pytest.raises(EncodingNotSupported):
        plain(pieces(b"", 1), "br")
