"""What is typed is understood, or refused with a sentence; it never breaks anything."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.catalogue.errors import QueryTooLong
from backend.catalogue.folding import fold, key
from backend.catalogue.indexing import syllables_of
from backend.catalogue.reading import How
from backend.catalogue.search import LONGEST_QUERY, parse_query
from backend.catalogue.typos import Slips, one_slip_apart
from backend.city.city import City


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


READINGS = [
    ("身份证换领", [("身份证", How.WORD), ("换领", How.WORD)]),
    ("换驾照", [("换", How.CHARACTER), ("驾照", How.WORD)]),
    ("sfzhl", [("sfz", How.INITIALS), ("hl", How.INITIALS)]),
    ("shenfz huanling", [("shenfz", How.MIXED), ("huanling", How.SPELT)]),
    ("gong ji jin", [("gongjijin", How.SPELT)]),
    ("shenfenz", [("shenfenz", How.MIXED)]),
    ("renew passp", [("renew", How.WORD), ("passp", How.BEGUN)]),
    ("Driver’s license", [("driver s licence", How.WORD)]),
    ("居主证签注", [("居主证", How.HEARD), ("签注", How.WORD)]),
    ("驾证驶", [("驾证驶", How.SLIP)]),
    ("juzhuzhneg", [("juzhuzhneg", How.SLIP)]),
    ("pasport", [("pasport", How.SLIP)]),
    ("居住证量子", [("居住证", How.WORD), ("量子", How.UNKNOWN)]),
    ("zzzzzz", [("zzzzzz", How.UNKNOWN)]),
    ("请问我的身份证怎么办", [("身份证", How.WORD)]),
]


@pytest.mark.parametrize(("typed", "pieces"), READINGS)
def test_a_query_is_cut_into_what_it_names(city: City, typed: str, pieces: list[tuple[str, How]]) -> None:
    query = parse_query(city, typed)

    assert query is not None
    assert [(concept.typed, concept.how) for concept in query.concepts] == pieces


@pytest.mark.parametrize(
    ("typed", "term", "synonym"),
    [
        ("驾照", "驾驶证", "driving-licence"),
        ("jz", "驾驶证", "driving-licence"),
        ("driver license", "驾驶证", "driving-licence"),
        ("身份证丢了", "补领", "lost"),
        ("老人卡", "敬老卡", "elders-card"),
        ("居主证", "居住证", None),
        ("居民身分证", "居民身份证", "identity-card"),
    ],
)
def test_what_is_meant_is_wanted_and_says_why(city: City, typed: str, term: str, synonym: str | None) -> None:
    query = parse_query(city, typed)

    assert query is not None
    assert (term, synonym) in {(wanted.term, wanted.synonym) for each in query.concepts for wanted in each.wanted}


def test_single_characters_and_words_of_many_names_rank_but_do_not_decide(city: City) -> None:
    query = parse_query(city, "申请换驾照")

    assert query is not None
    assert [bool(concept.need) for concept in query.concepts] == [False, False, True]


@pytest.mark.parametrize("typed", ["申请", "办理", "查询", "证"])
def test_where_nothing_else_is_said_they_decide(city: City, typed: str) -> None:
    query = parse_query(city, typed)

    assert query is not None
    assert query.enough > 0


@pytest.mark.parametrize("typed", ["的", "我要", "怎么办", "for the", "a"])
def test_nothing_but_talk_names_nothing(city: City, typed: str) -> None:
    assert parse_query(city, typed) is None


def test_the_same_query_is_understood_once(city: City) -> None:
    assert parse_query(city, " 居住证 签注") is parse_query(city, "居住证签注")


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("abc", "abd", True),
        ("abc", "acb", True),
        ("abc", "ab", True),
        ("abc", "abcd", True),
        ("abc", "abc", False),
        ("abc", "bca", False),
        ("abcd", "badc", False),
        ("abc", "a", False),
    ],
)
def test_a_slip_is_one_letter_more_less_other_or_two_swapped(one: str, other: str, near: bool) -> None:
    assert one_slip_apart(one, other) is near
    assert one_slip_apart(other, one) is near
    assert (other in Slips([other]).near(one)) is near


@pytest.mark.parametrize("typed", ["", "   ", "🙂", "!?、。", "\x00\x07", "ㄅㄆ", "\ud800"])
def test_nothing_to_search_is_no_query(city: City, typed: str) -> None:
    assert parse_query(city, typed) is None


def test_sixty_four_characters_are_searched_and_one_more_is_refused(city: City) -> None:
    assert parse_query(city, "  " + "证" * LONGEST_QUERY + "  ") is not None
    with pytest.raises(QueryTooLong):
        parse_query(city, "证" * (LONGEST_QUERY + 1))
    with pytest.raises(QueryTooLong):
        parse_query(city, "证" * 10_000)


def test_a_character_that_unfolds_into_many_cannot_get_round_the_limit(city: City) -> None:
    with pytest.raises(QueryTooLong):
        parse_query(city, "\ufdfa" * LONGEST_QUERY)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=200) | st.text("居住证护照身份换领abcdefghijz 1", max_size=70))
def test_any_text_is_understood_or_names_nothing(city: City, typed: str) -> None:
    try:
        query = parse_query(city, typed)
    except QueryTooLong:
        assert len(fold(typed).strip()) > LONGEST_QUERY
        return

    for concept in query.concepts if query else ():
        assert concept.typed
        assert all(wanted.points > 0 for wanted in concept.wanted)


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
