"""What is typed is understood, or refused with a sentence; it never breaks anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.errors import QueryTooLong
from backend.catalogue.folding import fold, key
from backend.catalogue.indexing import sounds_of, syllables_of
from backend.catalogue.search import LONGEST_QUERY, parse_query


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("ＳＦＺ", "sfz"),
        ("  居住证  签注 ", "居住证签注"),
        ("居住证\u200b签注", "居住证签注"),
        ("居住\x00证", "居住证"),
        ("《养犬登记证》、犬牌", "养犬登记证犬牌"),
        ("Café  Licence", "cafe licence"),
        ("driver’s license", "driver s licence"),
        ("lǜshī", "lvshi"),
    ],
)
def test_the_same_text_typed_differently_is_the_same(typed: str, same: str) -> None:
    assert key(typed) == same


def test_a_chinese_word_is_asked_for_by_its_pairs_of_characters() -> None:
    query = parse_query("身份证换领")

    assert query is not None
    assert query.tsquery == "'身份' & '份证' & '换领'"


def test_letters_are_asked_for_as_the_beginning_of_a_sound_or_as_english() -> None:
    query = parse_query("renew passp")

    assert query is not None
    assert query.tsquery == "('~renew':* & '~passp':*) | '~renewpassp':*"
    assert query.english == "renew & passp:*"


def test_single_characters_rank_but_do_not_decide() -> None:
    query = parse_query("换驾照")

    assert query is not None
    assert query.words == ("换", "驾照")
    assert query.needed == ("驾照",)


@pytest.mark.parametrize("typed", ["办理", "的", "我要", "怎么办", "for the", "a"])
def test_words_around_the_thing_are_searched_when_nothing_else_is_said(typed: str) -> None:
    query = parse_query(typed)

    assert query is not None
    assert query.needed


@pytest.mark.parametrize("typed", ["", "   ", "🙂", "!?、。", "\x00\x07", "ㄅㄆ", "\ud800"])
def test_nothing_to_search_is_no_query(typed: str) -> None:
    assert parse_query(typed) is None


def test_sixty_four_characters_are_searched_and_one_more_is_refused() -> None:
    assert parse_query("  " + "证" * LONGEST_QUERY + "  ") is not None
    with pytest.raises(QueryTooLong):
        parse_query("证" * (LONGEST_QUERY + 1))
    with pytest.raises(QueryTooLong):
        parse_query("证" * 10_000)


def test_a_character_that_unfolds_into_many_cannot_get_round_the_limit() -> None:
    with pytest.raises(QueryTooLong):
        parse_query("\ufdfa" * LONGEST_QUERY)


@given(st.text(max_size=200))
def test_any_text_becomes_words_without_anything_to_escape(typed: str) -> None:
    try:
        query = parse_query(typed)
    except QueryTooLong:
        assert len(fold(typed).strip()) > LONGEST_QUERY
        return

    for word in query.words if query else ():
        assert word.isalnum()
        assert not set(word) & set("'\\%_ ")


def test_whatever_part_of_a_title_is_typed_begins_one_of_its_sounds() -> None:
    sounds = set(sounds_of("居民身份证换领"))

    for typed in ("juminshenfenzheng", "shenfenzhenghuanl", "huanling", "jmsfzhl", "sfzh", "hl"):
        assert any(sound.startswith(typed) for sound in sounds), typed


@pytest.mark.parametrize(
    ("text", "pinyin"),
    [
        ("重庆市长寿区", "chong qing shi chang shou qu"),
        ("会计专业", "kuai ji zhuan ye"),
        ("银行行政", "yin hang xing zheng"),
        ("长护险", "chang hu xian"),
        ("新生儿重名", "xin sheng er chong ming"),
        ("企业发卡", "qi ye fa ka"),
        ("闵行区", "min hang qu"),
        ("长宁区", "chang ning qu"),
        ("3岁以下", "3 sui yi xia"),
        ("女性绿色", "nv xing lv se"),
    ],
)
def test_characters_with_several_readings_are_read_as_in_the_word(text: str, pinyin: str) -> None:
    assert syllables_of(text) == pinyin.split()
