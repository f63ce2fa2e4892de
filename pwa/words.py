"""Dates, days, money and texts as people read them, in one language. Registered as template filters."""

import re
from datetime import date, datetime, time
from gettext import NullTranslations
from urllib.parse import quote
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from pwa.views.parts import Fee, Text
from pwa.views.shell import Locale

CITY_TIME = ZoneInfo("Asia/Shanghai")
NBSP = "\u00a0"
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
WEEKDAYS_ZH = "一二三四五六日"
NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=[\u4e00-\u9fff])|(?<=\d 年) (?=\d)|(?<=[月第¥]) (?=\d)")
ENGLISH_DATE = re.compile(rf"(?<=\d) (?=(?:{'|'.join(MONTHS)})\b)|(?<=\d) (?=days?\b)")


def glue(sentence: str) -> str:
    """Numbers stay on the line of their unit: 12 月 18 日, 10 元, 18 December."""
    return ENGLISH_DATE.sub(NBSP, NUMBER_AND_UNIT.sub(NBSP, sentence))


def grouped(number: str) -> Markup:
    """A long number in groups of four: lines break between these alone, and what is copied has no gaps."""
    bare = "".join(number.split())
    groups = (bare[start : start + 4] for start in range(0, len(bare), 4))
    return Markup('<span class="number">{}</span>').format(
        Markup("<wbr>").join(Markup("<span>{}</span>").format(group) for group in groups)
    )


def _tagged(sentence: str, tag: str, words: tuple[str, ...]) -> Markup:
    found = sorted({word for word in words if word}, key=len, reverse=True)
    if not found:
        return escape(sentence)
    pattern = re.compile(f"({'|'.join(map(re.escape, found))})", re.IGNORECASE)
    parts = pattern.split(sentence)
    return Markup("").join(
        Markup(f"<{tag}>{{}}</{tag}>").format(part) if at % 2 else escape(part)  # noqa: S704 (tag is ours)
        for at, part in enumerate(parts)
    )


class Words:
    """The wording of one language; `translations` carries the interface's own sentences."""

    def __init__(self, locale: Locale, translations: NullTranslations) -> None:
        self.locale = locale
        self.english = locale is Locale.EN
        self._ = translations.gettext
        self.ngettext = translations.ngettext

    def plain(self, text: Text | None) -> str:
        """A text for an attribute or a title, in the reader's language where it exists."""
        if text is None:
            return ""
        return glue(text.en if self.english and text.en is not None else text.zh)

    def text(self, text: Text | None, bold: str = "", marks: tuple[str, ...] = ()) -> Markup:
        """A text for the page; Chinese inside an English page is marked as Chinese.

        `bold` words are made strong, `marks` (found words) are marked, wherever the text contains them.
        """
        sentence = self.plain(text)
        body = _tagged(sentence, "strong", (bold,)) if bold else _tagged(sentence, "mark", marks)
        if text is not None and self.english and text.en is None:
            return Markup('<span lang="zh-CN">{}</span>').format(body)
        return body

    def day(self, day: date, today: date) -> str:
        """12 月 18 日, 2027 年 2 月 3 日; 18 December, 3 February 2027."""
        other_year = day.year != today.year
        if self.english:
            return glue(f"{day.day} {MONTHS[day.month - 1]}{f' {day.year}' if other_year else ''}")
        return glue(f"{f'{day.year} 年 ' if other_year else ''}{day.month} 月 {day.day} 日")

    def day_short(self, day: date, today: date) -> str:
        """A day in a list: 11-08, 2025-11-08; 8 Nov, 8 Nov 2025."""
        if self.english:
            return f"{day.day}{NBSP}{self.month(day)}" + (f"{NBSP}{day.year}" if day.year != today.year else "")
        return day.isoformat() if day.year != today.year else f"{day.month:02}-{day.day:02}"

    def moment(self, at: datetime, today: date) -> str:
        """When a message came: the hour if today, else the day."""
        local = at.astimezone(CITY_TIME)
        return f"{local:%H:%M}" if local.date() == today else self.day_short(local.date(), today)

    def local_day(self, at: datetime) -> date:
        return at.astimezone(CITY_TIME).date()

    def hour(self, at: time) -> str:
        return f"{at:%H:%M}"

    def month(self, day: date) -> str:
        return MONTHS[day.month - 1][:3] if self.english else f"{day.month}{NBSP}月"

    def weekday(self, day: date) -> str:
        return WEEKDAYS[day.weekday()][:3] if self.english else f"周{WEEKDAYS_ZH[day.weekday()]}"

    def today(self, day: date) -> str:
        """The day on top of the first screen: 11 月 20 日 周五; Fri 20 Nov."""
        parts = (
            (self.weekday(day), self.day_short(day, day)) if self.english else (self.day(day, day), self.weekday(day))
        )
        return " ".join(parts)

    def days_left(self, due: date, today: date) -> str:
        days = (due - today).days
        if days > 0:
            return glue(self.ngettext("还剩 %(num)s 天", "还剩 %(num)s 天", days) % {"num": days})
        if days == 0:
            return self._("今天到期")
        return glue(self.ngettext("已过期 %(num)s 天", "已过期 %(num)s 天", -days) % {"num": -days})

    def money(self, fen: int) -> str:
        """10 元 in a sentence; ¥10 in English. Cents only where there are any."""
        amount = f"{fen // 100:,}" if fen % 100 == 0 else f"{fen // 100:,}.{fen % 100:02}"
        return f"¥{amount}" if self.english else f"{amount}{NBSP}元"

    def figure(self, fen: int) -> str:
        """An amount as a figure: ¥ 10.00."""
        return f"¥{NBSP}{fen // 100:,}.{fen % 100:02}"

    def amount(self, value: int, money: bool = False) -> str:
        """A value of a chart: 1,234, or fen as ¥ 12.34."""
        if not money:
            return f"{value:,}"
        return f"¥{NBSP}{value // 100:,}" if value % 100 == 0 else self.figure(value)

    def tick(self, at: date | time, today: date) -> str:
        """A day or an hour along a chart."""
        return self.hour(at) if isinstance(at, time) else self.day_short(at, today)

    def fee(self, fee: Fee) -> str:
        if fee.amount_fen is None:
            return self._("费用尚未公布")
        if fee.amount_fen == 0:
            return self._("免费")
        amount = self.money(fee.amount_fen)
        return f"{self.plain(fee.name)} {amount}" if fee.name is not None else amount

    def filters(self) -> dict[str, object]:
        names = (
            "plain text day day_short moment local_day hour month weekday today days_left money figure fee amount tick"
        )
        return {name: getattr(self, name) for name in names.split()} | {
            "query": lambda value: quote(value, safe=""),
            "grouped": grouped,
        }
