"""登记信息: what the register says of an item, each line there whether or not it is known."""

from datetime import date

import httpx
import pytest

from backend.catalogue.particulars import particulars_of
from backend.city.city import City
from backend.city.guide_parts import Limit
from backend.city.items import CaseKind, Closing, CodeStandard, Depth, Item, ItemType, Level, OfficialCodes, Reach
from backend.city.models import Text, Unit
from tests.catalogue.samples import item

REGISTERED = {
    "事项类型": "行政许可",
    "行使层级": "市级",
    "事项编码": "11310000002420447T231200021800001",
    "办件类型": "承诺件",
    "法定时限": "20 个工作日",
    "承诺时限": "5 个工作日",
    "网上办理深度": "全程网上办理，不用跑",
    "通办范围": "全市通办、跨省通办",
    "办结方式": "出证办结",
    "预约办理": "是",
    "网上支付": "否",
    "快递送达": "是",
    "施行日期": "2027-01-01",
}


def known() -> Item:
    return item(
        "CN-x",
        "示例",
        item_type=ItemType.LICENSING,
        level=Level.CITY,
        official=OfficialCodes(standard=CodeStandard.GBT_39554, handling=REGISTERED["事项编码"]),
        case_kind=CaseKind.PROMISED,
        legal_limit=Limit(20, Unit.WORKDAY, Text("二十个工作日")),
        promised_limit=Limit(5, Unit.WORKDAY, Text("五个工作日")),
        depth=Depth.NO_VISIT,
        reach=(Reach.CITY, Reach.NATION),
        closing=Closing.LICENCE,
        bookable=True,
        online_pay=False,
        courier=True,
        effective_on=date(2027, 1, 1),
    )


def values(of: Item) -> dict[str, str | None]:
    return {line.label.zh: line.value.zh if line.value else None for line in particulars_of(of)}


def test_what_is_registered_is_told_in_the_words_of_the_standard() -> None:
    assert values(known()) == REGISTERED


def test_what_is_not_known_is_there_as_unknown() -> None:
    assert values(item("CN-y", "另一个")) == dict.fromkeys(REGISTERED)


def test_every_line_can_be_read_in_english() -> None:
    assert all(line.label.en and line.value and line.value.en for line in particulars_of(known()))


@pytest.mark.parametrize(
    ("depth", "said"),
    [(Depth.BOOK, "网上预约预审"), (Depth.ONE_VISIT, "统一网上受理"), (Depth.NO_VISIT, "全程网上办理")],
)
def test_there_are_three_depths(depth: Depth, said: str) -> None:
    told = values(item("CN-z", "深度", depth=depth))["网上办理深度"]

    assert told is not None
    assert told.startswith(said)


async def test_a_guide_shows_them_and_says_what_is_not_known(client: httpx.AsyncClient, city: City) -> None:
    code = next(code for code, each in city.items.items() if each.item_type and each.depth is None)

    page = (await client.get(f"/services/{code}")).text

    assert "<dt>事项类型</dt><dd>行政许可</dd>" in page
    assert "<dt>网上办理深度</dt><dd>尚未公布</dd>" in page
