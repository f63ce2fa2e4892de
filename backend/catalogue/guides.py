"""The guide of an item as a screen: may I, when, how long, how much, where; then the details and what they rest on."""

from collections.abc import Collection
from datetime import date

from backend.catalogue import wording
from backend.catalogue.indexing import item_url
from backend.catalogue.wording import maybe_shown, shown
from backend.city.city import City
from backend.city.guide_parts import Material, Necessity
from backend.city.items import Item
from backend.city.models import Citation
from backend.city.models import Fee as CityFee
from pwa.views import guide as view
from pwa.views.parts import Fee, Text

NOBODY: frozenset[str] = frozenset()


def guide_view(city: City, item: Item, version: int, today: date, held: Collection[str] = NOBODY) -> view.Guide:
    """The guide as it is for everybody, or for one resident.

    `held`: codes of the licence types in the resident's wallet that are in force; what they replace need not be handed
    in. Whoever knows the wallet passes them; nothing else differs.
    """
    fees = tuple(city.fees[code] for code in item.fees if code in city.fees)
    department = city.departments.get(item.department or "")
    current = city.item_versions.get(item.code)
    return view.Guide(
        code=item.code,
        title=shown(item.title),
        department=shown(department.name) if department else None,
        tags=wording.tags_of(item),
        eligibility=_validity(item, today, known=current is not None),
        answers=_answers(item, fees),
        conditions=tuple(shown(condition) for condition in item.conditions),
        materials=tuple(_material(city, material, held) for material in item.materials) or None,
        steps=tuple(view.Step(title=shown(step.title), detail=maybe_shown(step.detail)) for step in item.steps),
        fees=tuple(_fee(fee) for fee in fees if not wording.is_set_case_by_case(fee)),
        consequence=view.Notice(tone=view.Tone.WARN, lead=shown(item.consequence)) if item.consequence else None,
        laws=tuple(_law(citation) for citation in item.legal_basis),
        source=_source(city, item),
        checked_on=item.last_checked_on,
        version=version,
        superseded_by=item_url(item.code) if current is not None and version != current else None,
    )


def _validity(item: Item, today: date, *, known: bool) -> view.Notice | None:
    """Only what is true for everybody: the item is not yet, or no longer, offered."""
    if item.effective_on is not None and item.effective_on > today:
        day = item.effective_on.isoformat()
        return view.Notice(tone=view.Tone.WARN, lead=Text(f"此事项自 {day} 起办理。", f"Offered from {day} on."))
    if item.cancelled_on is not None and item.cancelled_on <= today:
        day = item.cancelled_on.isoformat()
        return view.Notice(tone=view.Tone.WARN, lead=Text(f"此事项已于 {day} 取消。", f"Withdrawn on {day}."))
    if not known:
        return view.Notice(tone=view.Tone.WARN, lead=Text("此事项已不再办理。", "This service is no longer offered."))
    return None


def _answers(item: Item, fees: tuple[CityFee, ...]) -> view.Answers:
    takes, kind = wording.duration(item)
    costs, paying = wording.cost(fees, item.online_pay)
    return view.Answers(
        when=view.Fact(value=shown(item.apply_window.text)) if item.apply_window else view.Fact(),
        duration=view.Fact(value=takes, note=kind),
        cost=view.Fact(value=costs, note=paying),
        place=view.Fact(value=wording.places(item.channels), note=_visits(item)),
    )


def _visits(item: Item) -> Text | None:
    if item.visits is None:
        return None
    if item.visits == 0:
        return Text("不用跑一次", "No visit needed")
    return Text(f"到现场 {item.visits} 次", f"{item.visits} visit{'' if item.visits == 1 else 's'}")


def _material(city: City, material: Material, held: Collection[str]) -> view.Material:
    obtained = material.waived_by is not None and material.waived_by in held
    return view.Material(
        name=shown(material.name),
        state=view.MaterialState.OBTAINED if obtained else view.MaterialState.NEEDED,
        source=_obtained() if obtained else maybe_shown(material.source) or _waiver(city, material.waived_by),
        requirement=maybe_shown(material.circumstance),
        optional=material.necessity is Necessity.OPTIONAL,
    )


def _obtained() -> Text:
    return Text("已自动获取 · 来自您的电子证照", "Obtained · from your electronic licences")


def _waiver(city: City, licence_type: str | None) -> Text | None:
    """What spares handing it in, said to everybody."""
    licence = city.licence_types.get(licence_type or "")
    if licence is None:
        return None
    english = f"Not needed with the electronic licence: {licence.name.en}" if licence.name.en else None
    return Text(f"有电子证照《{licence.name.zh}》的，无需提交", english)


def _fee(fee: CityFee) -> Fee:
    return Fee(
        amount_fen=fee.amount_fen,
        name=shown(fee.name),
        unit=shown(fee.unit),
        basis=Text(fee.basis) if fee.basis else None,
    )


def _law(citation: Citation) -> view.Law:
    return view.Law(
        law=Text(citation.law),
        article=Text(citation.article),
        version=citation.version.isoformat() if citation.version else None,
    )


def _source(city: City, item: Item) -> Text | None:
    titles = [city.sources[code].title for code in item.sources if code in city.sources]
    return Text("；".join(titles)) if titles else None
