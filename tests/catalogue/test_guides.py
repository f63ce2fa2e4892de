"""A guide says what is known, calls the unknown unknown, and keeps what is promised apart from what the law allows."""

from datetime import date

import msgspec
import pytest

from backend.catalogue.guides import Resident, guide_view
from backend.city.guide_parts import ApplyWindow, Limit, Material, Necessity, WindowKind
from backend.city.items import CaseKind, Channel
from backend.city.models import Text, Unit
from pwa.views.guide import Answers, Guide, MaterialState
from tests.catalogue.samples import TODAY, Sample, item

TWENTY = Limit(20, Unit.WORKDAY, Text("二十个工作日"))
FIVE = Limit(5, Unit.WORKDAY, Text("五个工作日"))
ONE_DAY = Limit(1, Unit.DAY, Text("一日内"))


def guide(fees: dict[str, int | None] | None = None, today: date = TODAY, version: int = 1, **facts: object) -> Guide:
    entry = item("it", "事项", fees=tuple(fees or ()), **facts)
    return guide_view(Sample([entry], fees=fees or {}, versions={"it": 2}).city(), entry, version, today)


def test_what_nobody_has_established_is_unknown() -> None:
    bare = guide()

    assert bare.answers == Answers()
    assert bare.materials is None
    assert bare.department is None
    assert bare.online is None


@pytest.mark.parametrize(
    ("facts", "value", "note"),
    [
        ({"legal_limit": TWENTY}, "20 个工作日", "法定时限，受理后起算"),
        ({"promised_limit": FIVE}, "5 个工作日", "承诺时限，受理后起算"),
        ({"legal_limit": TWENTY, "promised_limit": FIVE}, "5 个工作日", "承诺时限；法定 20 个工作日"),
        ({"case_kind": CaseKind.IMMEDIATE, "legal_limit": TWENTY}, "当场办结", None),
        ({"promised_limit": Limit(0, Unit.DAY, Text("当场"))}, "当场办结", "承诺时限，受理后起算"),
        ({"legal_limit": ONE_DAY}, "1 日", "法定时限，受理后起算"),
    ],
)
def test_promised_and_legal_limits_are_told_apart(facts: dict[str, object], value: str, note: str | None) -> None:
    duration = guide(**facts).answers.duration

    assert duration.value is not None
    assert duration.value.zh == value
    assert (duration.note and duration.note.zh) == note


@pytest.mark.parametrize(
    ("fees", "value"),
    [
        ({"card": 1000}, "10 元/证"),
        ({"card": 1050}, "10.50 元/证"),
        ({"card": 0}, "免费"),
        ({"one": 500, "two": 2000}, "5–20 元"),
        ({"one": 0, "two": 2000}, "0–20 元"),
        ({"one": 500, "two": 500}, "5 元"),
        ({"big": 123_456_700}, "1,234,567 元/证"),
        ({"unknown": None}, None),
        ({}, None),
    ],
)
def test_money_is_said_in_yuan_and_unknown_is_not_free(fees: dict[str, int | None], value: str | None) -> None:
    cost = guide(fees=fees).answers.cost

    assert (cost.value and cost.value.zh) == value


def test_a_fee_set_case_by_case_is_named_and_has_no_amount() -> None:
    entry = item("it", "事项", fees=("varying",))
    city = Sample([entry], fees={"varying": None}).city()
    varying = msgspec.structs.replace(city.fees["varying"], variable=True)
    bounded = msgspec.structs.replace(varying, min_fen=500, max_fen=2000)

    plain, ranged = (
        guide_view(msgspec.structs.replace(city, fees={"varying": fee}), entry, 1, TODAY) for fee in (varying, bounded)
    )

    assert [shown.answers.cost.value and shown.answers.cost.value.zh for shown in (plain, ranged)] == [
        "按情况核定",
        "5–20 元",
    ]
    assert plain.answers.cost.note is not None
    assert plain.answers.cost.note.zh == "工本费"
    assert plain.fees == ()


def test_when_and_where_are_as_the_city_says() -> None:
    window = ApplyWindow(WindowKind.WITHIN_BEFORE, 90, Unit.DAY, Text("期满前九十日内"))

    answers = guide(apply_window=window, channels=(Channel.ONLINE, Channel.COUNTER), visits=0).answers

    assert answers.when.value is not None
    assert answers.when.value.zh == "期满前九十日内"
    assert answers.place.value is not None
    assert (answers.place.value.zh, answers.place.value.en) == ("手机或窗口", "Phone or counter")
    assert answers.visits.value is not None
    assert (answers.visits.value.zh, answers.visits.value.en) == ("不用跑", "None needed")


def test_online_is_said_only_where_it_is() -> None:
    assert [tag.zh for tag in guide(channels=(Channel.ONLINE,)).tags] == ["线上可办"]
    assert guide(channels=(Channel.COUNTER, Channel.KIOSK)).tags == ()


def test_a_licence_in_the_wallet_spares_the_paper() -> None:
    paper = Material(name=Text("身份证"), necessity=Necessity.REQUIRED, waived_by="identity-card")
    photo = Material(name=Text("照片"), necessity=Necessity.OPTIONAL)
    entry = item("it", "事项", materials=(paper, photo))
    city = Sample([entry]).city()

    public = guide_view(city, entry, 1, TODAY)
    personal = guide_view(city, entry, 1, TODAY, resident=Resident(held=frozenset({"identity-card"})))

    assert public.materials is not None
    assert personal.materials is not None
    assert [each.state for each in public.materials] == [MaterialState.NEEDED, MaterialState.NEEDED]
    assert [each.state for each in personal.materials] == [MaterialState.OBTAINED, MaterialState.NEEDED]
    assert [each.optional for each in public.materials] == [False, True]


def test_an_old_version_leads_to_the_present_one() -> None:
    assert guide(version=1).superseded_by == "/services/it"
    assert guide(version=2).superseded_by is None


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"effective_on": date(2026, 12, 1)}, "自 2026-12-01 起办理"),
        ({"cancelled_on": date(2026, 11, 20)}, "已于 2026-11-20 取消"),
        ({"effective_on": date(2026, 11, 20), "cancelled_on": date(2026, 11, 21)}, None),
    ],
)
def test_what_is_not_offered_today_says_so(facts: dict[str, date], says: str | None) -> None:
    notice = guide(**facts).eligibility

    assert (says in notice.lead.zh) if says and notice else (notice is None and says is None)
