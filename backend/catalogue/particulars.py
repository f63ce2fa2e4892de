"""What the register says about an item beside its guide (GB/T 39046-2020, table 4), in words; None is not known."""

from datetime import date

from backend.catalogue.wording import reach_word, span
from backend.city.items import CaseKind, Closing, Depth, Item, ItemType, Level, OfficialCodes
from pwa.views.guide import Particular
from pwa.views.parts import Text

_TYPES = {
    ItemType.LICENSING: Text("行政许可", "Administrative licence"),
    ItemType.PENALTY: Text("行政处罚", "Administrative penalty"),
    ItemType.COERCION: Text("行政强制", "Administrative coercion"),
    ItemType.LEVY: Text("行政征收", "Administrative levy"),
    ItemType.PAYMENT: Text("行政给付", "Administrative payment"),
    ItemType.INSPECTION: Text("行政检查", "Administrative inspection"),
    ItemType.CONFIRMATION: Text("行政确认", "Administrative confirmation"),
    ItemType.AWARD: Text("行政奖励", "Administrative award"),
    ItemType.RULING: Text("行政裁决", "Administrative ruling"),
    ItemType.OTHER: Text("其他行政权力", "Other administrative power"),
    ItemType.PUBLIC_SERVICE: Text("公共服务", "Public service"),
}
_LEVELS = {
    Level.NATION: Text("国家级", "Nation"),
    Level.PROVINCE: Text("省级", "Province"),
    Level.CITY: Text("市级", "City"),
    Level.COUNTY: Text("县级", "District or county"),
    Level.TOWN: Text("镇（乡、街道）级", "Town or subdistrict"),
    Level.VILLAGE: Text("村（社区）级", "Village or community"),
    Level.SEVERAL: Text("分级", "Several levels"),
}
_DEPTHS = {
    Depth.BOOK: Text("网上预约预审", "Booked and pre-checked online"),
    Depth.ONE_VISIT: Text("统一网上受理，最多跑一次", "Accepted online, one visit at most"),
    Depth.NO_VISIT: Text("全程网上办理，不用跑", "Online from beginning to end, no visit"),
}
_KINDS = {
    CaseKind.IMMEDIATE: Text("即办件", "Decided while you wait"),
    CaseKind.PROMISED: Text("承诺件", "Decided within a promised time"),
}
_CLOSINGS = {
    Closing.LICENCE: Text("出证办结", "With a licence"),
    Closing.DOCUMENT: Text("出文办结", "With a document"),
    Closing.APPROVAL: Text("审批办结", "With an approval"),
    Closing.OTHER: Text("其他", "Otherwise"),
}


def particulars_of(item: Item) -> tuple[Particular, ...]:
    """In the order of the standard."""
    lines = {
        ("事项类型", "Type"): _TYPES[item.item_type] if item.item_type else None,
        ("行使层级", "Level"): _LEVELS[item.level] if item.level else None,
        ("事项编码", "Official codes"): _codes(item.official),
        ("办件类型", "Kind of case"): _KINDS[item.case_kind] if item.case_kind else None,
        ("法定时限", "Time the law allows"): span(item.legal_limit) if item.legal_limit else None,
        ("承诺时限", "Time promised"): span(item.promised_limit) if item.promised_limit else None,
        ("网上办理深度", "How far it goes online"): _DEPTHS[item.depth] if item.depth else None,
        ("通办范围", "Where it may be handed in"): _reach(item),
        ("办结方式", "How it ends"): _CLOSINGS[item.closing] if item.closing else None,
        ("预约办理", "Booking"): _yes(item.bookable),
        ("网上支付", "Online payment"): _yes(item.online_pay),
        ("快递送达", "Delivery by courier"): _yes(item.courier),
        ("施行日期", "In effect from"): _day(item.effective_on),
    }
    return tuple(Particular(label=Text(*label), value=value) for label, value in lines.items())


def _codes(official: OfficialCodes | None) -> Text | None:
    given = (official.base, official.implementation, official.handling) if official else ()
    codes = " · ".join(code for code in given if code)
    return Text(codes, codes) if codes else None


def _reach(item: Item) -> Text | None:
    words = [reach_word(reach) for reach in item.reach]
    return Text("、".join(each.zh for each in words), ", ".join(each.en or "" for each in words)) if words else None


def _yes(known: bool | None) -> Text | None:
    return None if known is None else Text("是", "Yes") if known else Text("否", "No")


def _day(day: date | None) -> Text | None:
    return Text(day.isoformat(), day.isoformat()) if day else None
