"""Lines out of a stream of bytes, in memory that does not grow with the stream or with any line of it."""

from collections.abc import AsyncIterable, AsyncIterator, Iterator

from msgspec import Struct

MAX_LINE_BYTES = 64 * 1024
MAX_BATCH_LINES = 1_000
MAX_BATCH_BYTES = 2 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


class Line(Struct, frozen=True):
    """One line and its number, counted from 1; `raw` None: it was longer than MAX_LINE_BYTES and has been skipped."""

    number: int
    raw: bytes | None


class LineCutter:
    """Cuts chunks into lines. Holds at most one unfinished line, and of an overlong one nothing at all."""

    def __init__(self) -> None:
        self._number = 0
        self._rest = b""
        self._skipping = False

    def cut(self, chunk: bytes) -> Iterator[Line]:
        """The lines that this chunk completes; blank lines count but are not given."""
        *complete, rest = (self._rest + chunk).split(b"\n")
        for raw in complete:
            yield from self._line(raw)
        self._skipping = self._skipping or len(rest) > MAX_LINE_BYTES
        self._rest = b"" if self._skipping else rest

    def finish(self) -> Iterator[Line]:
        """The last line, where the stream ended without a newline."""
        if self._rest or self._skipping:
            yield from self._line(self._rest)

    def _line(self, raw: bytes) -> Iterator[Line]:
        self._number += 1
        too_long, self._skipping = self._skipping or len(raw) > MAX_LINE_BYTES, False
        if too_long:
            yield Line(self._number, None)
            return
        if self._number == 1:
            raw = raw.removeprefix(_BOM)
        raw = raw.strip(b" \t\r")
        if raw:
            yield Line(self._number, raw)


async def batches(stream: AsyncIterable[bytes], most: int = MAX_BATCH_LINES) -> AsyncIterator[list[Line]]:
    """The lines of a stream in order, in lists of at most `most` lines and about MAX_BATCH_BYTES bytes.

    When the stream breaks off by an exception, nothing of the list begun is given: it comes again with the next feed.
    """
    cutter, batch, size = LineCutter(), list[Line](), 0
    async for chunk in stream:
        for line in cutter.cut(chunk):
            batch.append(line)
            size += len(line.raw or b"")
            if len(batch) >= most or size >= MAX_BATCH_BYTES:
                yield batch
                batch, size = [], 0
    batch.extend(cutter.finish())
    if batch:
        yield batch
