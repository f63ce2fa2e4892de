"""Every byte of something, changed by one bit or more."""

from collections.abc import Iterator

from hypothesis import strategies as st


def flipped(text: bytes, at: int, by: int) -> bytes:
    """`text` with the byte at `at` (modulo its length) changed by the mask `by` (1 to 255)."""
    at %= len(text)
    return text[:at] + bytes([text[at] ^ by]) + text[at + 1 :]


def every_flip(text: bytes, by: int = 1) -> Iterator[bytes]:
    return (flipped(text, at, by) for at in range(len(text)))


places = st.integers(0, 100_000)
masks = st.integers(1, 255)
