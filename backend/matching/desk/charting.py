"""The figures and charts of a rule's page."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from backend.city.city import City
from backend.matching.desk.models import ComparedDay, Found, Outcome, Rehearsal
from backend.matching.desk.outcomes import DAYS
from backend.matching.desk.tallying import days_between
from backend.matching.desk.wording import plain
from backend.matching.wording.explaining import reason_in_words
from pwa.views.charts import Columns, Figure, Rows, Series, Tone
from pwa.views.parts import Text

_LISTED = 8
_UNWILLING = Text("没有同意收这类消息", "they have not agreed to be told such things")
_NOBODY = Text("没有人可告诉", "Nobody to tell")
_LATELY = Text(f"件，最近 {DAYS} 天找到的", f"Found in the last {DAYS} days")


def audience_figures(found: Found, done: Rehearsal) -> tuple[Figure, ...]:
    """Whom it would tell in the days that were rehearsed."""
    messages, against = sum(found.by_day.values()), sum(found.against.values()) + found.unwilling
    first = found.by_day.get(done.starts_on, 0)
    return (
        _figure(
            Text("会告诉的人", "People it would tell"), found.people, Text(f"{messages:,} 次", f"{messages:,} times")
        ),
        _figure(Text("明天一批", "The first day's batch"), first, Text(f"{done.starts_on}", f"{done.starts_on}")),
        _figure(Text("不告诉", "Not told"), against, Text("每件都有原因", "Each for a reason")),
        _figure(
            _NOBODY,
            found.unheard,
            Text(f"另有 {found.already:,} 件以前说过", f"{found.already:,} more were told before"),
        ),
    )


def draw_coming(found: Found, done: Rehearsal, days: int) -> Columns:
    """Who would be told on each day; where not everybody was looked at, who reaches the day."""
    last = min(done.ends_on, done.starts_on + timedelta(days=days - 1))
    at = tuple(days_between(done.starts_on, last))
    counts = found.by_day if found.is_complete else found.coming
    label = Text("会告诉", "Would be told") if found.is_complete else Text("到日子的", "Reach the day")
    return Columns(
        key="coming",
        title=Text(f"未来 {len(at)} 天每天会告诉多少", f"How many on each of {len(at)} days"),
        about=Text("条，只算本规则", "Messages of this rule alone"),
        at=at,
        series=(Series(label=label, values=tuple(counts.get(day, 0) for day in at)),),
    )


def draw_against(found: Found, city: City) -> Rows:
    """From who reaches the day to who would be told, and what lies between."""
    reasons = [(plain(reason_in_words(reason, city)), number) for reason, number in found.against.items()]
    silent = [(_UNWILLING, found.unwilling), (_NOBODY, found.unheard)]
    reasons = [*reasons[:_LISTED], *((name, number) for name, number in silent if number)]
    names = [Text("会告诉", "Would be told"), *(name for name, _ in reasons)]
    told = (sum(found.by_day.values()), *[0] * len(reasons))
    return Rows(
        key="against",
        title=Text("告诉谁，不告诉谁", "Who is told, who is not"),
        about=Text("件，预演的这些天", "In the days that were rehearsed"),
        names=tuple(names),
        series=(
            Series(label=Text("会告诉", "Would be told"), values=told),
            Series(label=Text("不告诉", "Not told"), values=(0, *(number for _, number in reasons)), tone=Tone.THIRD),
        ),
    )


def draw_funnel(days: Collection[Outcome], stopped: int) -> Rows:
    """Found, told, sent, opened, gone on to the guide, done; and how many people wanted no more of it."""
    steps = (
        (Text("找到", "Found"), sum(day.found for day in days)),
        (Text("告诉", "Told"), sum(day.told for day in days)),
        (Text("送到手机", "Sent to a phone"), sum(day.sent for day in days)),
        (Text("打开", "Opened"), sum(day.read for day in days)),
        (Text("去看怎么办", "Went on to the guide"), sum(day.gone_on for day in days)),
        (Text("打开后办好", "Opened and done"), sum(day.done_read for day in days)),
        (Text("办好（含没打开的）", "Done, opened or not"), sum(day.done for day in days)),
        (Text("本人不再提醒", "Stopped by the person"), stopped),
    )
    return Rows(
        key="funnel",
        title=Text("从找到到办好", "From found to done"),
        about=_LATELY,
        names=tuple(name for name, _ in steps),
        series=(Series(label=Text("件", "Number"), values=tuple(number for _, number in steps)),),
    )


def draw_days(outcome: Mapping[date, Outcome]) -> Columns:
    """What became of what was told on each day."""
    days = list(outcome.values())
    return Columns(
        key="outcome-days",
        title=Text("每天告诉的，后来怎样", "Told on each day, and what came of it"),
        about=_LATELY,
        at=tuple(outcome),
        series=(
            Series(label=Text("办好", "Done"), values=tuple(day.done for day in days)),
            Series(
                label=Text("打开未办", "Opened, not done"),
                values=tuple(day.read - day.done_read for day in days),
                tone=Tone.SECOND,
            ),
            Series(
                label=Text("没打开", "Not opened"),
                values=tuple(max(0, day.told - day.done - (day.read - day.done_read)) for day in days),
                tone=Tone.THIRD,
            ),
        ),
    )


def comparison(found: Sequence[ComparedDay], days: Sequence[date]) -> Columns:
    by_day = {each.day: each for each in found}
    none = ComparedDay(days[0], 0, 0, 0)
    return Columns(
        key="compared",
        title=Text("每天多告诉谁、少告诉谁", "Who would be told more, who less, by day"),
        about=_LATELY,
        at=tuple(days),
        series=(
            Series(label=_BOTH, values=tuple(by_day.get(day, none).both for day in days)),
            Series(label=_MORE, values=tuple(by_day.get(day, none).only_this for day in days), tone=Tone.SECOND),
            Series(label=_LESS, values=tuple(by_day.get(day, none).only_other for day in days), tone=Tone.THIRD),
        ),
    )


def comparison_figures(found: Iterable[ComparedDay]) -> tuple[Figure, ...]:
    listed = list(found)
    return (
        _figure(_BOTH, sum(day.both for day in listed)),
        _figure(_MORE, sum(day.only_this for day in listed)),
        _figure(_LESS, sum(day.only_other for day in listed)),
    )


_BOTH = Text("两条都找到", "Found by both")
_MORE = Text("只有试运行的找到", "Only by the one on trial")
_LESS = Text("只有在用的找到", "Only by the live one")


def _figure(label: Text, number: int, note: Text | None = None) -> Figure:
    return Figure(label=label, value=Text(f"{number:,}", f"{number:,}"), note=note, health=None)
