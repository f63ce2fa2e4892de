"""Consistency of items, as the item teams of cities check it: codes, limits, visits, fees, subjects, materials."""

import re
from collections.abc import Iterator

from backend.city.checks.guides import check_guide, days_of
from backend.city.checks.known import Known
from backend.city.checks.questions import check_questions
from backend.city.items import CaseKind, Channel, CodeScheme, CodeStandard, Depth, Item, OfficialCodes
from backend.city.models import NATIONAL, Fee, Profile, Theme
from backend.city.pack import PROFILE_KEY

_CATALOGUE = re.compile(r"\d{12}(-\d{2})?")
_PLATFORM = re.compile(r"([A-Z]{2})-[a-z0-9]+(-[a-z0-9]+)*")
_OFFICIAL = {
    CodeStandard.GBT_39046: (r"[0-9A-Z]{1,10}", r"[0-9A-Z]{1,24}", r"\S{1,64}"),
    CodeStandard.NATIONAL_PLATFORM: (r"[0-9A-Z]{12}", r"[0-9A-Z]{1,36}", r"[0-9A-Z]{1,50}"),
    CodeStandard.GBT_39554: (r"[0-9A-Z]{12}", r"[0-9A-Z]{31}", r"[0-9A-Z]{33}"),
    CodeStandard.LOCAL: (r"\S{1,64}", r"\S{1,64}", r"\S{1,64}"),
}
"""Shapes of 基本编码, 实施编码 and 业务办理项编码 by standard."""
_NATIONAL_PREFIX = "CN"


def check_item(item: Item, known: Known) -> Iterator[str]:
    yield from _codes(item, known)
    yield from _limits(item)
    yield from _visits(item)
    yield from _fees(item, known)
    yield from _channels(item)
    yield from check_guide(item, known)
    yield from check_questions(item)
    yield from _themes(item, known)
    if not item.subjects:
        yield "subjects: it must say whom it is for"
    if item.effective_on and item.cancelled_on and item.cancelled_on <= item.effective_on:
        yield "cancelled_on: is not after effective_on"


def _codes(item: Item, known: Known) -> Iterator[str]:
    if item.code_scheme is CodeScheme.CATALOGUE:
        if not _CATALOGUE.fullmatch(item.code):
            yield "code: a catalogue code has 12 digits, and -01, -02 … for situations of one item"
    elif (shape := _PLATFORM.fullmatch(item.code)) is None:
        yield "code: a platform code is a prefix of two capitals, and words of small letters joined by -"
    else:
        profile = known.find(Profile, "profile", PROFILE_KEY)
        prefix = _NATIONAL_PREFIX if item.region == NATIONAL else profile and profile.prefix
        if prefix and shape[1] != prefix:
            yield f"code: items of the region {item.region} begin with {prefix}-"
    if item.official is not None:
        yield from _official(item.official)


def _official(codes: OfficialCodes) -> Iterator[str]:
    given = {"base": codes.base, "implementation": codes.implementation, "handling": codes.handling}
    if not any(given.values()):
        yield "official: it gives no code"
    for (field, code), shape in zip(given.items(), _OFFICIAL[codes.standard], strict=True):
        if code is not None and not re.fullmatch(shape, code):
            yield f"official: {field} has not the form of {codes.standard}"


def _limits(item: Item) -> Iterator[str]:
    for field, limit in (("legal_limit", item.legal_limit), ("promised_limit", item.promised_limit)):
        if limit and limit.value < 0:
            yield f"{field}: is negative"
    if item.apply_window and item.apply_window.value <= 0:
        yield "apply_window: its value is not positive"
    if item.legal_limit and item.promised_limit and days_of(item.promised_limit) > days_of(item.legal_limit):
        yield "promised_limit: promises more time than the law allows"
    on_the_spot = item.promised_limit and item.promised_limit.value == 0
    if item.case_kind is CaseKind.IMMEDIATE and item.promised_limit and not on_the_spot:
        yield "case_kind: immediate, but the promised limit is not on the spot"
    if item.case_kind is CaseKind.PROMISED and on_the_spot:
        yield "case_kind: promised, but the promised limit is on the spot"


def _visits(item: Item) -> Iterator[str]:
    if item.depth is Depth.NO_VISIT and item.channels and not item.online and not item.courier:
        yield "depth: no-visit, but it is accepted neither online nor by courier"
    if item.visits is None:
        return
    if item.visits < 0:
        yield "visits: is negative"
    if item.visits > 0 and item.visit_reason is None:
        yield "visits: a visit needs a visit_reason"
    if item.visits == 0 and item.channels and not item.online and not item.courier:
        yield "visits: without a visit it must be accepted online or by courier"
    if item.depth is Depth.NO_VISIT and item.visits > 0:
        yield "depth: no-visit, but visits are needed"
    if item.depth is Depth.ONE_VISIT and item.visits > 1:
        yield "depth: one-visit, but more visits are needed"


def _fees(item: Item, known: Known) -> Iterator[str]:
    fees = [fee for code in item.fees if (fee := known.find(Fee, "fees", code))]
    if item.online_pay and not item.fees:
        yield "online_pay: there is nothing to pay"
    elif item.online_pay and len(fees) == len(item.fees) and all(fee.amount_fen == 0 for fee in fees):
        yield "online_pay: all its fees are zero"
    if item.charged and not item.fees:
        yield "charged: names no fee"
    if item.charged is False and (item.online_pay or any(fee.amount_fen != 0 for fee in fees)):
        yield "charged: it is free, but there is something to pay"
    yield from (f"fees_when: {code} is none of its fees" for code in item.fees_when if code not in item.fees)


def _channels(item: Item) -> Iterator[str]:
    if Channel.ASSISTED in item.channels and not item.online:
        yield "channels: assisted means online with a person helping, so online belongs to it"


def _themes(item: Item, known: Known) -> Iterator[str]:
    for code in item.themes:
        theme = known.find(Theme, "themes", code)
        if theme and not set(theme.subjects) & set(item.subjects):
            yield f"themes: {code} is not for {', '.join(item.subjects)}"
