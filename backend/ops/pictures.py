"""The overview's pictures: fourteen days, twenty-four hours, and what is open now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from backend.core.clock import SHANGHAI, local_date
from backend.ops.models import Point
from backend.ops.wording import EXCEPTIONS, WAYS_TO_PAY, WAYS_TO_SEND
from pwa.views.charts import Columns, Rows, Series, Tone
from pwa.views.parts import Text

DAYS, HOURS = 14, 24

_SENT = Text("送出", "Sent")
_DROPPED = Text("不必再发", "No longer needed")
_FAILED = Text("失败", "Failed")
_RESULTS = (("sent", _SENT, Tone.FIRST), ("dropped", _DROPPED, Tone.THIRD), ("failed", _FAILED, Tone.BAD))
_READ = (("read", Text("已读", "Read"), Tone.FIRST), ("unread", Text("未读", "Unread"), Tone.SECOND))
_MONEY = tuple(zip(WAYS_TO_PAY, WAYS_TO_PAY.values(), (Tone.FIRST, Tone.SECOND, Tone.THIRD), strict=True))
_LINES = (
    ("accepted", Text("收下", "Accepted"), Tone.FIRST),
    ("unchanged", Text("没有变化", "Unchanged"), Tone.SECOND),
    ("refused", Text("退回", "Refused"), Tone.BAD),
)

Kinds = Sequence[tuple[str, Text, Tone]]
"""The series of a picture: as a point names it, as people read it, and its colour."""


class Window:
    """Fourteen days and twenty-four hours that end with the day and the hour of `now`, in the city's time."""

    def __init__(self, now: datetime) -> None:
        self.days = tuple(local_date(now) - timedelta(days=back) for back in range(DAYS - 1, -1, -1))
        self.midnights = tuple(datetime.combine(day, time(), SHANGHAI) for day in self.days)
        hour = now.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
        self.hours = tuple(hour - timedelta(hours=back) for back in range(HOURS - 1, -1, -1))

    @property
    def first_day(self) -> date:
        return self.days[0]

    @property
    def since(self) -> datetime:
        return self.midnights[0]


class Pictures:
    """Draws what the points of a window say."""

    def __init__(self, window: Window, points: Sequence[Point]) -> None:
        self._window = window
        self._points = points

    def columns(self) -> tuple[Columns, ...]:
        return (
            self._days(
                "messages", Text("进收件箱的消息", "Messages put into inboxes"), _about("条", "Messages"), _READ
            ),
            self._days(
                "deliveries", Text("推送和短信", "Pushes and text messages"), _about("次", "Deliveries"), _RESULTS
            ),
            self._hours(),
            self._days("money", Text("收到的钱", "Money received"), _about("元", "Yuan"), _MONEY, money=True),
            self._days(
                "sweeps",
                Text("每日扫描发出的消息", "Messages of the daily sweep"),
                _about("条", "Messages"),
                (("messages", Text("消息", "Messages"), Tone.FIRST),),
            ),
            self._days(
                "searches",
                Text("搜不到的词", "Searched in vain"),
                _about("次", "Searches"),
                (("in vain", Text("搜索", "Searches"), Tone.FIRST),),
            ),
        )

    def rows(self) -> tuple[Rows, ...]:
        feeds, ways = self._names("feeds"), self._names("deliveries")
        return (
            self._rows(
                "feeds",
                Text("部门报送", "Feeds of departments"),
                _about("行", "Lines"),
                {name: Text(name) for name in feeds},
                _LINES,
            ),
            self._rows(
                "ways",
                Text("按渠道看送达", "Deliveries by channel"),
                _about("次", "Deliveries"),
                {way: WAYS_TO_SEND.get(way, Text(way, way)) for way in ways},
                _RESULTS,
                picture="deliveries",
            ),
            self._rows(
                "exceptions",
                Text("要人看的收款", "Payments to look at"),
                Text("件，此刻", "Open now"),
                {kind: EXCEPTIONS.get(kind, Text(kind, kind)) for kind in self._names("exceptions")},
                (("open", Text("件数", "Number"), Tone.BAD),),
            ),
        )

    def _days(self, picture: str, title: Text, about: Text, kinds: Kinds, *, money: bool = False) -> Columns:
        found: dict[tuple[str, date], int] = defaultdict(int)
        for point in self._of(picture):
            found[point.series, local_date(point.at)] += point.amount
        days = self._window.days
        series = tuple(
            Series(label=label, values=tuple(found[kind, day] for day in days), tone=tone)
            for kind, label, tone in kinds
        )
        return Columns(key=picture, title=title, about=about, at=days, series=series, money=money)

    def _hours(self) -> Columns:
        found: dict[tuple[str, datetime], int] = defaultdict(int)
        for point in self._of("deliveries"):
            found[point.series, point.at] += point.amount
        hours = self._window.hours
        series = tuple(
            Series(label=label, values=tuple(found[kind, hour] for hour in hours), tone=tone)
            for kind, label, tone in _RESULTS
        )
        title = Text("推送和短信，按小时", "Pushes and text messages, by the hour")
        about = Text(f"次，最近 {HOURS} 小时", f"Deliveries, last {HOURS} hours")
        return Columns(key="hours", title=title, about=about, at=tuple(hour.time() for hour in hours), series=series)

    def _rows(
        self, key: str, title: Text, about: Text, names: Mapping[str, Text], kinds: Kinds, *, picture: str = ""
    ) -> Rows:
        found: dict[tuple[str, str], int] = defaultdict(int)
        for point in self._of(picture or key):
            found[point.name, point.series] += point.amount
        series = tuple(
            Series(label=label, values=tuple(found[name, kind] for name in names), tone=tone)
            for kind, label, tone in kinds
        )
        return Rows(key=key, title=title, about=about, names=tuple(names.values()), series=series)

    def _names(self, picture: str) -> list[str]:
        """Those with most first."""
        sums: dict[str, int] = defaultdict(int)
        for point in self._of(picture):
            sums[point.name] += point.amount
        return sorted(sums, key=lambda name: (-sums[name], name))

    def _of(self, picture: str) -> list[Point]:
        return [point for point in self._points if point.picture == picture]


def _about(zh: str, en: str) -> Text:
    return Text(f"{zh}，最近 {DAYS} 天", f"{en}, last {DAYS} days")
