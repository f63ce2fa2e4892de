"""Service items (事项) and their guides (办事指南)."""

from datetime import date
from enum import StrEnum

from msgspec import field

from backend.city.guide_parts import ApplyWindow, Condition, Faq, Limit, Material, Place, Step
from backend.city.models import Citation, Entry, Strict, Subject, Text
from backend.city.questions import Question, When


class CodeScheme(StrEnum):
    CATALOGUE = "catalogue"  # the city's own 12 digits; situations of one item add -01, -02 …
    PLATFORM = "platform"  # no official code known: `CN-` or the city's prefix and a slug


class CaseKind(StrEnum):
    """GB/T 39046-2020: 即办件 is decided while the applicant waits, 承诺件 within a promised limit."""

    IMMEDIATE = "immediate"
    PROMISED = "promised"


class Depth(StrEnum):
    """How far the item goes online: 网上预约预审, 统一网上受理, 全程网上办理."""

    BOOK = "book"
    ONE_VISIT = "one-visit"
    NO_VISIT = "no-visit"


class Channel(StrEnum):
    ONLINE = "online"
    ASSISTED = "assisted"  # online with a person helping: 线上帮办
    KIOSK = "kiosk"
    COMMUNITY_CENTRE = "community-centre"
    COUNTER = "counter"


class Reach(StrEnum):
    """Who besides the responsible counter may accept it: 通办范围."""

    CITY = "city"
    DELTA = "delta"
    NATION = "nation"


class ItemType(StrEnum):
    """事项类型, by the code list of GB/T 39046-2020."""

    LICENSING = "01"  # 行政许可
    PENALTY = "02"  # 行政处罚
    COERCION = "03"  # 行政强制
    LEVY = "04"  # 行政征收
    PAYMENT = "05"  # 行政给付
    INSPECTION = "06"  # 行政检查
    CONFIRMATION = "07"  # 行政确认
    AWARD = "08"  # 行政奖励
    RULING = "09"  # 行政裁决
    OTHER = "10"  # 其他行政权力
    PUBLIC_SERVICE = "20"  # 公共服务


class Level(StrEnum):
    """行使层级, by the code list of GB/T 39046-2020: whose office handles the item."""

    NATION = "1"
    PROVINCE = "2"
    CITY = "3"
    COUNTY = "4"
    TOWN = "5"
    VILLAGE = "6"
    SEVERAL = "7"  # 分级


class CodeStandard(StrEnum):
    """Which standard the official codes follow: they disagree on lengths."""

    GBT_39046 = "gbt-39046"  # up to 10 and 24 characters
    NATIONAL_PLATFORM = "national-platform"  # 12, up to 36, up to 50
    GBT_39554 = "gbt-39554"  # 12, 31, 33
    LOCAL = "local"  # a province's own, up to 64


class OfficialCodes(Strict, frozen=True, kw_only=True):
    """What other systems call the item. `base` 基本编码, `implementation` 实施编码, `handling` 业务办理项编码."""

    standard: CodeStandard
    base: str | None = None
    implementation: str | None = None
    handling: str | None = None


class Closing(StrEnum):
    """办结方式: what the case ends with."""

    LICENCE = "licence"  # 出证办结
    DOCUMENT = "document"  # 出文办结
    APPROVAL = "approval"  # 审批办结
    OTHER = "other"


class Item(Entry, frozen=True, kw_only=True):
    """A service item and its guide. References are codes of other entries."""

    code_scheme: CodeScheme
    title: Text
    region: str
    subjects: tuple[Subject, ...] = ()
    department: str | None = None
    official: OfficialCodes | None = None
    item_type: ItemType | None = None
    level: Level | None = None
    aliases: tuple[str, ...] = ()  # what people call it; searched, not shown
    themes: tuple[str, ...] = ()
    life_stages: tuple[str, ...] = ()
    summary: Text | None = None
    channels: tuple[Channel, ...] = ()
    reach: tuple[Reach, ...] = ()
    depth: Depth | None = None
    visits: int | None = None
    visit_reason: Text | None = None
    case_kind: CaseKind | None = None
    legal_limit: Limit | None = None
    promised_limit: Limit | None = None
    apply_window: ApplyWindow | None = None
    conditions: tuple[Condition, ...] = ()
    questions: tuple[Question, ...] = ()  # what tells its situations apart
    materials: tuple[Material, ...] = ()
    steps: tuple[Step, ...] = ()
    charged: bool | None = None  # False: free, whatever the situation
    fees: tuple[str, ...] = ()
    fees_when: dict[str, When] = field(default_factory=dict)  # of fees that are not owed in every situation
    consequence: Text | None = None  # of missing the time to apply
    legal_basis: tuple[Citation, ...] = ()
    result: str | None = None  # licence type that the item ends with
    result_name: Text | None = None  # where it is no licence type
    result_sample: str | None = None  # link to a sample of it
    closing: Closing | None = None
    places: tuple[Place, ...] = ()
    faq: tuple[Faq, ...] = ()
    consult_phone: str | None = None
    complaint_phone: str | None = None
    bookable: bool | None = None
    online_pay: bool | None = None
    courier: bool | None = None
    effective_on: date | None = None
    cancelled_on: date | None = None
    last_checked_on: date | None = None

    @property
    def online(self) -> bool:
        return Channel.ONLINE in self.channels
