"""The item that a resident means is among the first three, however it is typed."""

from datetime import date

import msgspec
import pytest

from backend.catalogue.models import Asked, ItemEntry
from backend.catalogue.service import find_items, index_items
from backend.city.city import City
from backend.city.guide_parts import Material, Necessity, Step
from backend.city.models import Text
from backend.core.db import Database
from tests.catalogue.samples import Sample, item

TODAY = date(2026, 11, 20)
PAPER, STEP = Material(name=Text("身份证"), necessity=Necessity.REQUIRED), Step(title=Text("受理"))

WORDS = [
    ("居住证签注", "居住证签注"),
    ("身份证换领", "居民身份证换领"),
    ("身份证 换领", "居民身份证换领"),
    ("换领身份证", "居民身份证换领"),
    ("身份证丢了", "居民身份证补领"),
    ("驾照换证", "机动车驾驶证期满换证"),
    ("换驾照", "机动车驾驶证期满换证"),
    ("驾驶证期满", "机动车驾驶证期满换证"),
    ("护照", "普通护照换发、补发"),
    ("护照到期了怎么办", "普通护照换发、补发"),
    ("港澳通行证", "往来港澳通行证换发"),
    ("我要办居住证", "上海市居住证申领"),
    ("怎么提取公积金", "住房公积金提取"),
    ("社保卡", "社会保障卡申领"),
    ("医保余额", "医保个人信息查询"),
    ("新生儿落户", "出生登记（新生儿落户）"),
    ("户籍证明", "户籍证明开具"),
    ("交罚款", "交通违法罚款缴纳"),
    ("违章查询", "机动车违法信息查询"),
    ("异地就医", "跨省异地就医登记备案"),
    ("公安局 居住证", "居住证签注"),
]
TWO_CHARACTERS = [
    ("结婚", "结婚登记"),
    ("低保", "最低生活保障对象认定、保障金给付"),
    ("养犬", "养犬登记"),
    ("年检", "机动车检验（年检）预约"),
    ("上牌", "机动车注册登记"),
    ("户口", "户口迁移"),
    ("退休", "基本养老金申领"),
]
ONE_CHARACTER = [("犬", "养犬登记"), ("婚", "婚前医学检查"), ("狗", "养犬登记")]
INITIALS = [
    ("jzz", "居住证签注"),
    ("jzzqz", "居住证签注"),
    ("sfz", "居民身份证换领"),
    ("SFZHL", "居民身份证换领"),
    ("gjj", "住房公积金提取"),
    ("sbk", "社会保障卡申领"),
    ("gjjtq", "住房公积金提取"),
]
PINYIN = [
    ("juzhuzheng", "居住证签注"),
    ("shenfenzhenghuanling", "居民身份证换领"),
    ("gong ji jin", "住房公积金提取"),
    ("Huzhao", "普通护照换发、补发"),
    ("jiehun", "结婚登记"),
    ("lüshi", "律师执业许可"),
    ("lvshi", "律师执业许可"),
]
READINGS = [
    ("changhuxian", "长护险申请进度查询"),
    ("chongming", "新生儿重名查询"),
    ("changsanjiao", "社会保险个人权益记录单查询（长三角）"),
    ("xianxue", "无偿献血证书发放"),
]
PARTS = [
    ("shenfenz", "居民身份证换领"),
    ("juzhuzh", "居住证签注"),
    ("居住证签", "居住证签注"),
    ("份证换", "居民身份证换领"),
]
MIXED = [
    ("jzz签注", "居住证签注"),
    ("sfz换领", "居民身份证换领"),
    ("身份证hl", "居民身份证换领"),
    ("3岁以下", "3岁以下幼儿托育服务机构查询"),
    ("３岁", "3岁以下幼儿托育服务机构查询"),
    ("4050", "就业困难人员灵活就业社会保险费补贴"),
]
ENGLISH = [
    ("passport renewal", "普通护照换发、补发"),
    ("Renew passport", "普通护照换发、补发"),
    ("lost identity card", "居民身份证补领"),
    ("marriage", "结婚登记"),
    ("housing fund", "住房公积金提取"),
    ("how do I register a dog", "养犬登记"),
    ("residence permit points", "居住证积分查询"),
    ("nurser", "托育机构备案"),
    ("unemployment benefit", "失业保险金申领"),
]
TABLE = [*WORDS, *TWO_CHARACTERS, *ONE_CHARACTER, *INITIALS, *PINYIN, *READINGS, *PARTS, *MIXED, *ENGLISH]


@pytest.mark.parametrize(("typed", "meant"), TABLE)
async def test_finds_what_is_meant_among_the_first_three(indexed: Database, city: City, typed: str, meant: str) -> None:
    titles = await titles_for(indexed, city, typed)

    assert meant in titles[:3]


@pytest.mark.parametrize(
    "typed",
    [
        "量子纠缠",
        "zzzzqqq",
        "zzzzzz",
        "ssss",
        "abcd",
        "hello",
        "🙂🙂",
        "、，。",
        "' OR 1=1 --",
        "%",
        "_",
        "kuaiji",
        "怎么办",
        "的",
    ],
)
async def test_finds_nothing_where_nothing_fits(indexed: Database, city: City, typed: str) -> None:
    assert await titles_for(indexed, city, typed) == []


async def test_ranks_the_name_itself_before_names_that_hold_it(indexed: Database, city: City) -> None:
    titles = await titles_for(indexed, city, "户口迁移")

    assert titles[0] == "户口迁移"
    assert "工作调动户口迁移" in titles


async def test_a_word_that_nobody_knows_does_not_hide_what_the_others_find(indexed: Database, city: City) -> None:
    assert await titles_for(indexed, city, "居住证量子") == await titles_for(indexed, city, "居住证")


async def test_items_with_much_less_of_what_is_named_are_left_out(indexed: Database, city: City) -> None:
    titles = await titles_for(indexed, city, "户口迁移 夫妻")

    assert titles == ["夫妻投靠户口迁移"]


async def test_of_equal_names_the_item_that_the_pack_puts_forward_comes_first(db: Database) -> None:
    plain, renewing = item("plain", "甲证换证"), item("renewing", "乙证换证", materials=(PAPER,), steps=(STEP,))
    city = Sample([plain, renewing]).city()
    async with db.transaction() as tx:
        await index_items(tx, city)

    assert await titles_for(db, city, "换证") == ["乙证换证", "甲证换证"]


async def test_what_people_call_it_counts_as_its_name(indexed: Database, city: City) -> None:
    assert (await titles_for(indexed, city, "狗证"))[0] == "养犬登记"


async def test_words_around_the_thing_do_not_matter(indexed: Database, city: City) -> None:
    plain = await titles_for(indexed, city, "居住证")

    assert set(await titles_for(indexed, city, "请问在哪里办理居住证的手续")) == set(plain)


async def titles_for(db: Database, city: City, typed: str) -> list[str]:
    page = await find_items(db, city, Asked(q=typed, limit=100), TODAY)
    return [msgspec.json.decode(entry, type=ItemEntry).title.zh for entry in page.items]
