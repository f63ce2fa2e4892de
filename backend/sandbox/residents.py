"""Demo residents: made-up people with valid check digits, each in a situation the hall has something to say to."""

from datetime import date

from msgspec import Struct


class DemoOrganisation(Struct, frozen=True, kw_only=True):
    """A made-up organisation with a valid USCC (GB 32100)."""

    number: str
    name: str
    name_en: str


class DemoChild(Struct, frozen=True, kw_only=True):
    """A made-up child with a valid number."""

    number: str
    name: str


class DemoResident(Struct, frozen=True, kw_only=True):
    """`key` names the resident in links and feeds; `acr` is how well the identity provider has proven them:
    3 seen in person, 2 checked by name and number, 1 not yet. They may act for `organisation` as `role`, and as
    guardian for `child`.
    """

    key: str
    name: str
    name_en: str
    number: str
    phone: str
    situation: str
    situation_en: str
    acr: str = "3"
    id_type: str = "111"  # GA/T 2000.156
    organisation: DemoOrganisation | None = None
    role: str = "legal_representative"
    child: DemoChild | None = None

    @property
    def born_on(self) -> date:
        return date.fromisoformat(f"{self.number[6:10]}-{self.number[10:12]}-{self.number[12:14]}")


def demo_residents() -> list[DemoResident]:
    """Everyone who can be chosen at the sandbox identity provider."""
    return list(_RESIDENTS)


def find_resident(key: str) -> DemoResident | None:
    return _BY_KEY.get(key)


_RESTAURANT = DemoOrganisation(
    number="91310101MA1K4N7P07", name="上海晨光餐饮有限公司", name_en="Shanghai Chenguang Catering Co., Ltd."
)
_TODDLER = DemoChild(number="310115202405180029", name="王小禾")

_RESIDENTS = (
    DemoResident(
        key="lin-xiaowen",
        name="林晓雯",
        name_en="Lin Xiaowen",
        number="340803198801170526",
        phone="19900001001",
        situation="居住证该签注了，驾驶证可以提前换",
        situation_en="Residence permit due for endorsement, driving licence open for renewal",
    ),
    DemoResident(
        key="chen-xiuying",
        name="陈秀英",
        name_en="Chen Xiuying",
        number="310101195409080032",
        phone="19900001002",
        situation="七十多岁，敬老卡和社保卡持有人",
        situation_en="In her seventies, holds a senior citizen card and a social security card",
    ),
    DemoResident(
        key="shen-haoran",
        name="沈浩然",
        name_en="Shen Haoran",
        number="420106199806230159",
        phone="19900001003",
        situation="刚来上海，居住登记将满半年",
        situation_en="New in Shanghai, registered as a resident almost six months ago",
        acr="2",
    ),
    DemoResident(
        key="wang-fang",
        name="王芳",
        name_en="Wang Fang",
        number="310115199102170021",
        phone="19900001004",
        situation="护照和驾驶证都快到期，有一个两岁的孩子",
        situation_en="Passport and driving licence both about to expire, has a child of two",
        child=_TODDLER,
    ),
    DemoResident(
        key="maria-silva",
        name="MARIA APARECIDA DA SILVA",
        name_en="Maria Aparecida da Silva",
        number="93107619900305001X",
        phone="19900001005",
        situation="外国人永久居留身份证持有人",
        situation_en="Holds a foreign permanent resident ID card",
        id_type="553",
    ),
    DemoResident(
        key="zhao-mingyuan",
        name="赵明远",
        name_en="Zhao Mingyuan",
        number="310101197903300175",
        phone="19900001006",
        situation="餐饮企业法定代表人：企业的食品经营许可证快到期",
        situation_en="Legal representative of a restaurant whose food licence is about to expire",
        organisation=_RESTAURANT,
    ),
    DemoResident(
        key="zhou-yinuo",
        name="周一诺",
        name_en="Zhou Yinuo",
        number="310107201012050114",
        phone="19900001007",
        situation="2010 年 12 月出生，满 16 周岁可申领身份证",
        situation_en="Born in December 2010, to apply for an ID card at 16",
    ),
    DemoResident(
        key="ayguli-memeti",
        name="阿依古丽·买买提",
        name_en="Ayguli Memeti",
        number="65010219860701005X",
        phone="19900001008",
        situation="身份证快到期，证号以 X 结尾",
        situation_en="ID card about to expire, number ends with X",
    ),
    DemoResident(
        key="not-verified",
        name="顾新",
        name_en="Gu Xin",
        number="31011520030819004X",
        phone="19900001009",
        situation="刚注册，还没有实名认证：不能登录",
        situation_en="Just registered, real name not verified yet: cannot sign in",
        acr="1",
    ),
)
_BY_KEY = {resident.key: resident for resident in _RESIDENTS}
