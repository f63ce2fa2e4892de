"""Answers stay small whatever the feed."""

import msgspec

from backend.departments.answers import MAX_RANGES, MAX_REFUSALS, Ranges, Tally
from backend.departments.faults import INVALID_UTF8, Fault


def test_lines_that_follow_each_other_make_one_range() -> None:
    ranges = Ranges()

    for line in (1, 2, 3, 5, 6, 9):
        ranges.add(line)

    assert ranges.lines().lines == [(1, 3), (5, 6), (9, 9)]


def test_a_line_taken_out_splits_its_range() -> None:
    ranges = Ranges()
    for line in range(1, 6):
        ranges.add(line)

    for line in (3, 1, 5):
        ranges.discard(line)

    assert (ranges.count, ranges.lines().lines) == (2, [(2, 2), (4, 4)])


def test_a_replaced_line_moves_from_accepted_to_refused_and_names_the_other() -> None:
    tally = Tally()
    tally.accepted.add(1)
    tally.accepted.add(2)

    tally.replace(1, "DL-1", by=2)

    answer = tally.answer("en")
    assert answer.accepted.lines == [(2, 2)]
    assert (answer.refused.lines[0].line, answer.refused.lines[0].code) == (1, "duplicate_id")
    assert "Line 2" in answer.refused.lines[0].reason


def test_an_answer_to_a_million_lines_is_bounded() -> None:
    tally = Tally()
    for line in range(0, 1_000_000, 4):
        tally.accepted.add(line)
        tally.refuse(line + 2, f"DL-{line}", Fault(INVALID_UTF8))

    answer = tally.answer("zh-CN")

    assert (answer.accepted.count, answer.refused.count) == (250_000, 250_000)
    assert len(answer.accepted.lines) == MAX_RANGES
    assert answer.accepted.more
    assert answer.accepted.more.count == 250_000 - MAX_RANGES
    assert len(answer.refused.lines) == MAX_REFUSALS
    assert answer.refused.more
    assert answer.refused.more["invalid_utf8"].count == 250_000 - MAX_REFUSALS
    assert len(msgspec.json.encode(answer)) < 2_500_000
