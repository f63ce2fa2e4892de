"""The guide of an item as a screen: may I, when, how long, how much, where; then the details and what they rest on."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from backend.catalogue import wording
from backend.catalogue.indexing import item_url
from backend.catalogue.materials import material_lines
from backend.catalogue.particulars import particulars_of
from backend.catalogue.selfcheck import Situation, only_if, self_check
from backend.catalogue.wording import maybe_shown, shown
from backend.city.city import City
from backend.city.guide_parts import Faq, Place
from backend.city.items import Item
from backend.city.models import Citation
from backend.city.models import Fee as CityFee
from backend.city.questions import When, next_question
from backend.city.situations import narrowed
from pwa.views import guide as view
from pwa.views.parts import Fee, Text
from pwa.views.payments import Owed


class Resident(Struct, frozen=True, kw_only=True):
    """What whoever knows the one who is signed in adds to a guide. `held` are licence types in force in the wallet."""

    held: frozenset[str] = frozenset()
    favourite: bool = False
    eligibility: view.Notice | None = None
    window: Text | None = None  # when they may apply, beside when everybody may
    remind_path: str | None = None
    owed: Owed | None = None


ANYBODY = Situation()


def guide_view(
    city: City,
    item: Item,
    version: int,
    today: date,
    situation: Situation = ANYBODY,
    resident: Resident | None = None,
) -> view.Guide:
    """The guide of a version in a situation, for everybody or for one resident.

    `city` is that of the edition: what an old version names is shown as it was then.
    """
    current, chosen, whole = city.item_versions.get(item.code), situation.chosen, item
    old = version if version != current else None
    item = narrowed(whole, chosen)
    fees = tuple(city.fees[code] for code in item.fees if code in city.fees)
    department = city.departments.get(item.department or "")
    personal = resident or Resident()
    return view.Guide(
        code=item.code,
        title=shown(item.title),
        department=shown(department.name) if department else None,
        tags=wording.tags_of(item),
        summary=maybe_shown(item.summary),
        favourite=_favourite(item, resident),
        remind_path=personal.remind_path if old is None else None,
        eligibility=_validity(item, today, known=current is not None)
        or (personal.eligibility if old is None else None),
        owed=personal.owed,
        answers=_answers(item, fees, personal.window if old is None else None),
        self_check=self_check(city, whole, situation, old),
        open_situation=next_question(item.questions, chosen) is not None,
        conditions=_conditions(item, chosen),
        materials=material_lines(city, item, chosen, personal.held),
        steps=_steps(item, chosen),
        fees=tuple(_fee(fee) for fee in fees if not wording.is_set_case_by_case(fee)),
        result=_result(city, item),
        consequence=view.Notice(tone=view.Tone.WARN, lead=shown(item.consequence)) if item.consequence else None,
        places=tuple(_place(place) for place in item.places),
        phones=_phones(item),
        faq=tuple(_faq(city, each) for each in item.faq),
        laws=tuple(_law(citation) for citation in item.legal_basis),
        particulars=particulars_of(item),
        source=_source(city, item),
        checked_on=item.last_checked_on,
        version=version,
        superseded_by=item_url(item.code) if current is not None and old is not None else None,
    )


def _favourite(item: Item, resident: Resident | None) -> view.Favourite | None:
    if resident is None:
        return None
    return view.Favourite(
        path=f"{item_url(item.code)}/{'drop' if resident.favourite else 'keep'}", kept=resident.favourite
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


def _answers(item: Item, fees: Sequence[CityFee], window: Text | None) -> view.Answers:
    takes, kind = wording.duration(item)
    costs, paying = wording.cost(fees, item.online_pay, item.charged)
    visits, reason = wording.visits(item)
    booking = Text("可以预约窗口", "A counter can be booked") if item.bookable else None
    return view.Answers(
        who=view.Fact(value=wording.audience(item.subjects), note=_conditions_note(item)),
        when=view.Fact(value=maybe_shown(item.apply_window.text) if item.apply_window else None, note=window),
        duration=view.Fact(value=takes, note=kind),
        cost=view.Fact(value=costs, note=paying),
        place=view.Fact(value=wording.places(item.channels), note=booking),
        visits=view.Fact(value=visits, note=reason),
    )


def _conditions_note(item: Item) -> Text | None:
    return Text("条件见下", "See the conditions below") if item.conditions else None


def _conditions(item: Item, chosen: When) -> tuple[view.Condition, ...]:
    return tuple(view.Condition(text=shown(each), only_if=only_if(item, each.when, chosen)) for each in item.conditions)


def _steps(item: Item, chosen: When) -> tuple[view.Step, ...]:
    return tuple(
        view.Step(
            title=shown(step.title),
            detail=maybe_shown(step.detail),
            limit=wording.span(step.limit) if step.limit else None,
            only_if=only_if(item, step.when, chosen),
        )
        for step in item.steps
    )


def _fee(fee: CityFee) -> Fee:
    return Fee(
        amount_fen=fee.amount_fen,
        name=shown(fee.name),
        unit=shown(fee.unit),
        basis=Text(fee.basis) if fee.basis else None,
    )


def _result(city: City, item: Item) -> Text | None:
    """What the applicant has in the end."""
    licence = city.licence_types.get(item.result or "")
    return shown(licence.name) if licence else maybe_shown(item.result_name)


def _place(place: Place) -> view.Place:
    return view.Place(
        name=shown(place.name),
        address=maybe_shown(place.address),
        hours=maybe_shown(place.hours),
        phone=place.phone,
        bookable=place.bookable,
    )


def _phones(item: Item) -> tuple[view.Phone, ...]:
    numbers = (
        (Text("咨询电话", "Questions"), item.consult_phone),
        (Text("投诉电话", "Complaints"), item.complaint_phone),
    )
    return tuple(view.Phone(label=label, number=number) for label, number in numbers if number)


def _faq(city: City, faq: Faq) -> view.Faq:
    source = city.sources.get(faq.source or "")
    basis = Text(source.title) if source else None
    if faq.basis is not None:
        basis = Text(f"《{faq.basis.law}》{faq.basis.article}")
    return view.Faq(question=shown(faq.question), answer=shown(faq.answer), basis=basis)


def _law(citation: Citation) -> view.Law:
    return view.Law(
        law=Text(citation.law),
        article=Text(citation.article),
        version=citation.version.isoformat() if citation.version else None,
    )


def _source(city: City, item: Item) -> Text | None:
    titles = [city.sources[code].title for code in item.sources if code in city.sources]
    return Text("；".join(titles)) if titles else None
