"""Feeds sent with Content-Encoding: gzip, unpacked piece by piece."""

import zlib
from collections.abc import AsyncIterable, AsyncIterator

from backend.departments.errors import EncodingNotSupported, FaultyCompression

_PIECE_BYTES = 256 * 1024
_GZIP = 31


def plain(stream: AsyncIterable[bytes], encoding: str | None) -> AsyncIterable[bytes]:
    """The stream as text bytes. Raises EncodingNotSupported for anything but gzip and none."""
    match (encoding or "identity").strip().lower():
        case "identity":
            return stream
        case "gzip" | "x-gzip":
            return _gunzip(stream)
        case other:
            raise EncodingNotSupported(encoding=other)


async def _gunzip(stream: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Never more than a piece at a time, however much a chunk unpacks to. Raises FaultyCompression."""
    unpacker, begun = zlib.decompressobj(_GZIP), False
    async for chunk in stream:
        while chunk:
            if unpacker.eof:  # a further gzip member follows (RFC 1952, section 2.2)
                unpacker = zlib.decompressobj(_GZIP)
            begun = True
            try:
                piece = unpacker.decompress(chunk, _PIECE_BYTES)
            except zlib.error:
                raise FaultyCompression from None
            chunk = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail  # noqa: PLW2901
            yield piece
    if begun and not unpacker.eof:
        raise FaultyCompression
