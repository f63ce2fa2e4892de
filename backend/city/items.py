"""Service items (事项) and their guides (办事指南)."""

from datetime import date
from enum import StrEnum

from backend.city.models import Citation, Entry, Strict, Subject, Text, Unit


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


class Limit(Strict, frozen=True):
    """Time the office has, from acceptance. `value` 0 means on the spot; `text` is how the rule says it."""

    value: int
    unit: Unit
    text: Text


class WindowKind(StrEnum):
    """How a time to apply is bound to its date."""

    WITHIN_BEFORE = "within-before"  # opens `value` before the date, ends with it
    NO_LATER_THAN = "no-later-than"  # must be filed at least `value` before the date
    WITHIN_AFTER = "within-after"  # must be filed within `value` after the date


class ApplyWindow(Strict, frozen=True):
    """When the applicant has to come."""

    kind: WindowKind
    value: int
    unit: Unit
    text: Text


class Necessity(StrEnum):
    REQUIRED = "required"
    CONDITIONAL = "conditional"  # only in the situation named by `when`
    OPTIONAL = "optional"


class MaterialForm(StrEnum):
    ORIGINAL = "original"
    COPY = "copy"
    FORM = "form"
    PHOTO = "photo"


class Material(Strict, frozen=True):
    """Something to hand in. `waived_by`: the licence type whose electronic licence makes handing it in needless."""

    name: Text
    necessity: Necessity
    form: MaterialForm | None = None
    when: Text | None = None
    source: Text | None = None
    waived_by: str | None = None


class Step(Strict, frozen=True):
    title: Text
    detail: Text | None = None


class Item(Entry, frozen=True, kw_only=True):
    """A service item and its guide. References are codes of other entries."""

    code_scheme: CodeScheme
    title: Text
    region: str
    subjects: tuple[Subject, ...] = ()
    department: str | None = None
    handling_code: str | None = None  # 业务办理项编码: USCC of the office and 15 digits
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
    conditions: tuple[Text, ...] = ()
    materials: tuple[Material, ...] = ()
    steps: tuple[Step, ...] = ()
    fees: tuple[str, ...] = ()
    consequence: Text | None = None  # of missing the time to apply
    legal_basis: tuple[Citation, ...] = ()
    result: str | None = None  # licence type that the item ends with
    bookable: bool | None = None
    online_pay: bool | None = None
    courier: bool | None = None
    effective_on: date | None = None
    cancelled_on: date | None = None
    last_checked_on: date | None = None

    @property
    def online(self) -> bool:
        return Channel.ONLINE in self.channels
