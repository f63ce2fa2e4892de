"""The parts of a guide (办事指南): what to bring, what happens, where, what people ask."""

from enum import StrEnum

from backend.city.models import Citation, Strict, Text, Unit
from backend.city.questions import When


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


class Condition(Text, frozen=True):
    """Who may apply. `when`: only in these situations."""

    when: When = ()


class Necessity(StrEnum):
    REQUIRED = "required"  # 必要; with `when`, in these situations
    CONDITIONAL = "conditional"  # only in the circumstance that `circumstance` describes
    DEFERRABLE = "deferrable"  # 容缺: may be handed in later
    OPTIONAL = "optional"  # 非必要


class MaterialForm(StrEnum):
    ORIGINAL = "original"
    COPY = "copy"
    FORM = "form"
    PHOTO = "photo"


class Medium(StrEnum):
    PAPER = "paper"
    ELECTRONIC = "electronic"
    EITHER = "either"


class SourceChannel(StrEnum):
    """来源渠道: who makes the material."""

    APPLICANT = "applicant"
    GOVERNMENT = "government"
    OTHER = "other"


class Material(Strict, frozen=True):
    """Something to hand in.

    What makes handing it in needless, in the order it is tried: `shared_data`, which the office looks up itself;
    `waived_by`, the licence type whose electronic licence stands for it; `promisable`, a promise instead (告知承诺).
    """

    name: Text
    necessity: Necessity
    form: MaterialForm | None = None
    circumstance: Text | None = None
    source: Text | None = None
    waived_by: str | None = None
    when: When = ()
    originals: int | None = None
    copies: int | None = None
    medium: Medium | None = None
    source_channel: SourceChannel | None = None
    shared_data: Text | None = None
    promisable: bool | None = None
    filling_note: Text | None = None
    basis: Citation | None = None


class Stage(StrEnum):
    """What a step is in the course of a case; a licence (行政许可) passes the five from acceptance to delivery."""

    APPLY = "apply"
    ACCEPT = "accept"  # 受理
    REVIEW = "review"  # 审核
    DECIDE = "decide"  # 审批
    CLOSE = "close"  # 办结
    DELIVER = "deliver"  # 送达


class Step(Strict, frozen=True):
    """What happens in its turn. `limit`: how much of the item's time it takes."""

    title: Text
    detail: Text | None = None
    stage: Stage | None = None
    limit: Limit | None = None
    when: When = ()


class Place(Strict, frozen=True):
    """Where one goes. `region` narrows it to a district."""

    name: Text
    region: str | None = None
    address: Text | None = None
    hours: Text | None = None
    phone: str | None = None
    bookable: bool | None = None


class Faq(Strict, frozen=True):
    """What people ask, and what the answer rests on: an article, or one of the sources of the pack."""

    question: Text
    answer: Text
    basis: Citation | None = None
    source: str | None = None
