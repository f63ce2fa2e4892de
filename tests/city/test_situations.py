"""Answers lead to the exact list, and their path can be kept as a link."""

from pathlib import Path

import pytest

from backend.city.items import Item
from backend.city.pack import read_pack
from backend.city.questions import complete_paths, next_question, parse_path, path_of, referral_of
from backend.city.situations import narrowed, situations
from tests.city.small_pack import ITEMS, RENEWAL, small_pack, text, within, written


@pytest.fixture
def renewal(tmp_path: Path) -> Item:
    return read_pack(written(small_pack(), tmp_path)).items[RENEWAL]


def names(item: Item) -> list[str]:
    return [material.name.zh for material in item.materials]


def test_every_situation_has_its_own_list(renewal: Item) -> None:
    lists = {path_of(chosen): names(guide) for chosen, guide in situations(renewal).items()}

    assert lists == {
        "expired": ["身份证", "委托书"],
        "lost.self": ["身份证", "委托书", "遗失声明"],
        "lost.agent": ["身份证", "委托书", "遗失声明", "代办人身份证"],
    }


def test_an_open_question_keeps_what_it_may_still_bring(renewal: Item) -> None:
    assert names(narrowed(renewal, ())) == names(renewal)
    assert "代办人身份证" in names(narrowed(renewal, ("lost",)))
    assert names(narrowed(renewal, ("expired",))) == ["身份证", "委托书"]


def test_a_fee_is_owed_only_in_its_situation(renewal: Item) -> None:
    assert narrowed(renewal, ("expired",)).fees == ()
    assert narrowed(renewal, ("lost", "self")).fees == ("licence",)


def test_questions_are_asked_where_the_answers_before_lead_to_them(renewal: Item) -> None:
    first = next_question(renewal.questions, ())
    second = next_question(renewal.questions, ("lost",))

    assert first is not None
    assert second is not None
    assert (first.code, second.code) == ("why", "who")
    assert next_question(renewal.questions, ("expired",)) is None
    assert next_question(renewal.questions, ("lost", "agent")) is None


@pytest.mark.parametrize(
    ("path", "chosen"),
    [
        ("", ()),
        ("lost", ("lost",)),
        ("lost.agent", ("lost", "agent")),
        ("agent", None),
        ("expired.agent", None),
        ("lost.lost", None),
        ("lost.", None),
        ("stolen", None),
        ("lost.agent.self", None),
        ("..", None),
        ("<script>", None),
    ],
)
def test_only_a_path_that_can_be_walked_is_read(renewal: Item, path: str, chosen: tuple[str, ...] | None) -> None:
    assert parse_path(renewal.questions, path) == chosen


def test_every_complete_path_is_read_back(renewal: Item) -> None:
    for chosen in complete_paths(renewal.questions):
        assert parse_path(renewal.questions, path_of(chosen)) == chosen


def test_a_referral_ends_the_questions(tmp_path: Path) -> None:
    files = small_pack()
    referral = {"reason": text("请办补领。"), "item": RENEWAL}
    within(0, "questions", 0, "options", 1, referral=referral)(files[ITEMS])
    renewal = read_pack(written(files, tmp_path)).items[RENEWAL]

    found = referral_of(renewal.questions, ("lost",))

    assert found is not None
    assert found.item == RENEWAL
    assert next_question(renewal.questions, ("lost",)) is None
    assert referral_of(renewal.questions, ("expired",)) is None
