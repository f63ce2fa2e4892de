"""Lines are cut the same however the bytes arrive, and an overlong one costs no memory."""

import itertools
import tracemalloc
from collections.abc import AsyncIterator

from hypothesis import given
from hypothesis import strategies as st

from backend.departments.lines import MAX_BATCH_BYTES, MAX_BATCH_LINES, MAX_LINE_BYTES, Line, LineCutter, batches


def cut(chunks: list[bytes]) -> list[Line]:
    cutter = LineCutter()
    lines = [line for chunk in chunks for line in cutter.cut(chunk)]
    return lines + list(cutter.finish())


async def gather(chunks: AsyncIterator[bytes]) -> list[list[Line]]:
    return [batch async for batch in batches(chunks)]


@given(st.lists(st.binary(max_size=12), max_size=40), st.lists(st.integers(0, 500), max_size=12))
def test_where_the_bytes_are_cut_makes_no_difference(lines: list[bytes], cuts: list[int]) -> None:
    whole = b"\n".join(lines)
    edges = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    chunks = [whole[start:end] for start, end in itertools.pairwise(edges)]

    assert cut(chunks) == cut([whole])


def test_blank_lines_count_and_carriage_returns_and_the_byte_order_mark_go() -> None:
    assert cut([b"\xef\xbb\xbf{}\r\n\n  \r\n{}"]) == [Line(1, b"{}"), Line(4, b"{}")]


def test_a_line_of_the_greatest_length_passes_and_one_byte_more_does_not() -> None:
    longest = b"x" * MAX_LINE_BYTES

    assert [line.raw is None for line in cut([longest + b"\n", longest + b"y\n", b"z"])] == [False, True, False]
    assert [line.raw is None for line in cut([longest + b"y"])] == [True]


def test_an_overlong_line_in_small_pieces_stays_overlong() -> None:
    pieces = [b"x" * 4096] * 20

    assert cut([b"a\n", *pieces, b"x\nb\n"]) == [Line(1, b"a"), Line(2, None), Line(3, b"b")]


async def test_a_line_of_a_gigabyte_is_skipped_in_constant_memory() -> None:
    chunk = b"x" * 1_048_576

    async def gigabyte() -> AsyncIterator[bytes]:
        yield b"first\n"
        for _ in range(1024):
            yield chunk
        yield b"\nlast\n"

    tracemalloc.start()
    found = await gather(gigabyte())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found == [[Line(1, b"first"), Line(2, None), Line(3, b"last")]]
    assert peak < 8 * 1_048_576


async def test_batches_are_bounded_in_lines_and_in_bytes() -> None:
    async def short() -> AsyncIterator[bytes]:
        yield b"x\n" * 2500

    async def long() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 60_000 + b"\n"

    assert [len(batch) for batch in await gather(short())] == [MAX_BATCH_LINES, MAX_BATCH_LINES, 500]
    assert all(sum(len(line.raw or b"") for line in batch) < MAX_BATCH_BYTES + 60_001 for batch in await gather(long()))
