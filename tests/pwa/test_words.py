"""Dates, money and days read as people say them, in both languages."""

from datetime import UTC, date, datetime

import pytest

from pwa.catalogue import translations
from pwa.views.parts import Fee, Text
from pwa.views.shell import Locale
from pwa.words import NBSP, Words, glue, grouped

TODAY = date(2026, 11, 20)
ZH = Words(Locale.ZH, translations(Locale.ZH))
EN = Words(Locale.EN, translations(Locale.EN))


def spaced(words: str) -> str:
    return words.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [
        (date(2026, 12, 18), "12 月 18 日", "18 December"),
        (date(2027, 2, 3), "2027 年 2 月 3 日", "3 February 2027"),
    ],
)
def test_a_date_carries_its_year_only_when_it_is_another_one(day: date, zh: str, en: str) -> None:
    assert spaced(ZH.day(day, TODAY)) == zh
    assert spaced(EN.day(day, TODAY)) == en


def test_a_date_does_not_break_across_lines() -> None:
    assert " " not in ZH.day(date(2027, 2, 3), TODAY)
    assert glue("请在 12 月 18 日前签注，10 元") == f"请在 12{NBSP}月{NBSP}18{NBSP}日前签注，10{NBSP}元"
    assert glue("by 18 December, 28 days left") == f"by 18{NBSP}December, 28{NBSP}days left"


@pytest.mark.parametrize("number", ["PZ2611207F3K", "PZ26 1120 7F3K"])
def test_a_long_number_breaks_between_its_groups_and_is_copied_whole(number: str) -> None:
    groups = "<wbr>".join(f"<span>{group}</span>" for group in ("PZ26", "1120", "7F3K"))

    assert grouped(number) == f'<span class="number">{groups}</span>'
    assert grouped("<b>") == '<span class="number"><span>&lt;b&gt;</span></span>'


@pytest.mark.parametrize(
    ("due", "zh", "en"),
    [
        (date(2026, 12, 18), "还剩 28 天", "28 days left"),
        (date(2026, 11, 21), "还剩 1 天", "1 day left"),
        (date(2026, 11, 20), "今天到期", "Due today"),
        (date(2026, 11, 19), "已过期 1 天", "1 day overdue"),
        (date(2026, 11, 8), "已过期 12 天", "12 days overdue"),
    ],
)
def test_days_left_are_said_in_words(due: date, zh: str, en: str) -> None:
    assert spaced(ZH.days_left(due, TODAY)) == zh
    assert spaced(EN.days_left(due, TODAY)) == en


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [(1000, "10 元", "¥10"), (1050, "10.50 元", "¥10.50"), (123456700, "1,234,567 元", "¥1,234,567")],
)
def test_money_shows_cents_only_where_there_are_any(fen: int, zh: str, en: str) -> None:
    assert spaced(ZH.money(fen)) == zh
    assert EN.money(fen) == en


def test_an_unknown_fee_is_said_and_a_free_one_too() -> None:
    assert ZH.fee(Fee(amount_fen=None)) == "费用尚未公布"
    assert ZH.fee(Fee(amount_fen=0)) == "免费"
    assert spaced(EN.fee(Fee(amount_fen=1000, name=Text("工本费", "Card fee")))) == "Card fee ¥10"


def test_a_moment_is_told_in_the_citys_time() -> None:
    at = datetime(2026, 11, 19, 17, 5, tzinfo=UTC)

    assert ZH.moment(at, TODAY) == "01:05"
    assert ZH.moment(at, date(2026, 11, 21)) == "11-20"
    assert spaced(EN.moment(at, date(2027, 1, 1))) == "20 Nov 2026"


def test_text_without_english_is_marked_as_chinese() -> None:
    assert EN.text(Text("签注")) == '<span lang="zh-CN">签注</span>'
    assert EN.text(Text("签注", "Endorse")) == "Endorse"
    assert ZH.text(Text("签注", "Endorse")) == "签注"


def test_found_words_are_marked_and_everything_else_is_escaped() -> None:
    assert ZH.text(Text("<b>驾驶证</b>&amp"), marks=("驾驶证", "")) == "&lt;b&gt;<mark>驾驶证</mark>&lt;/b&gt;&amp;amp"
    assert ZH.text(Text("a & amp"), marks=("amp",)) == "a &amp; <mark>amp</mark>"


def test_the_due_date_in_a_sentence_is_bold() -> None:
    due = ZH.day(date(2026, 12, 18), TODAY)

    assert "<strong>12" in ZH.text(Text("请在 12 月 18 日前签注"), bold=due)
