"""免申即享 on the screen: what, how much, why, to which card; confirmed or declined, and what has become of it."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from backend.city.city import City
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.errors import BadParameter, Refusal
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page, see_other
from backend.core.sessions import Session
from backend.core.settings import Settings
from backend.entitlements import service
from backend.entitlements.errors import CardUnclear, Declined, Held, OfferEnded
from backend.entitlements.models import Wish
from backend.entitlements.paths import ENTITLEMENTS, offer_path
from backend.entitlements.screens import Situation, offer_line, offer_page
from backend.matching.service import read_rulebook
from backend.payments.payouts.cards import get_card, list_cards
from backend.payments.payouts.errors import BadCardNumber, CardNotFound, TooManyCards
from pwa.views.entitlements import OfferList, OfferPage, OfferState
from pwa.views.parts import FieldError, Text
from pwa.views.shell import Tab

_LOOK_AGAIN_S = 5
_NEW = "new"
_LONGEST_NUMBER = 40
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get(ENTITLEMENTS, opt=access(Access.RESIDENT), include_in_schema=False)
async def show_answers(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    city: Given[City],
    keyring: Given[Keyring],
    session: Given[Session],
) -> Response[bytes]:
    """What this reader has answered for themselves and others."""
    found = await service.list_statement(db, keyring, session.subject_id, clock.now())
    lines = [offer_line(answered, payout, beneficiary, city) for answered, payout, beneficiary in found]
    return await page(request, "entitlements/list.html", OfferList(lines=tuple(lines)), tab=Tab.ME)


@get(f"{ENTITLEMENTS}/{{rule:str}}/{{cause_id:str}}", opt=access(Access.RESIDENT), include_in_schema=False)
async def show_offer(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    city: Given[City],
    keyring: Given[Keyring],
    settings: Given[Settings],
    session: Given[Session],
    rule: FromPath[str],
    cause_id: FromPath[str],
) -> Response[bytes]:
    """The same address from the offer to the money; looks again by itself while it is on its way."""
    view = await _view(db, keyring, city, settings, session, rule, cause_id, clock)
    response = await page(request, "entitlements/offer.html", view, tab=Tab.ME)
    if view.state is OfferState.UNDER_WAY:
        response.headers["Refresh"] = str(_LOOK_AGAIN_S)
    return response


@post(f"{ENTITLEMENTS}/{{rule:str}}/{{cause_id:str}}/confirm", opt=access(Access.RESIDENT), include_in_schema=False)
async def confirm(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    city: Given[City],
    keyring: Given[Keyring],
    settings: Given[Settings],
    session: Given[Session],
    rule: FromPath[str],
    cause_id: FromPath[str],
    data: Form,
) -> Response[bytes]:
    """Tapped twice, or on two devices, it is one payout. What cannot be confirmed any more, the page itself says."""
    try:
        wish = _wish(session.subject_id, rule, cause_id, data)
        await service.confirm(db, keyring, city, wish, clock.now())
    except (BadCardNumber, CardNotFound, CardUnclear, TooManyCards) as refusal:
        typed = data.get("number", "")[:_LONGEST_NUMBER]
        view = await _view(db, keyring, city, settings, session, rule, cause_id, clock, refusal, typed)
        return await page(request, "entitlements/offer.html", view, tab=Tab.ME, status=422)
    except (OfferEnded, Declined, Held):
        return see_other(offer_path(rule, cause_id))
    return see_other(offer_path(rule, cause_id))


@post(f"{ENTITLEMENTS}/{{rule:str}}/{{cause_id:str}}/decline", opt=access(Access.RESIDENT), include_in_schema=False)
async def decline(
    db: Given[Database],
    clock: Given[Clock],
    city: Given[City],
    keyring: Given[Keyring],
    session: Given[Session],
    rule: FromPath[str],
    cause_id: FromPath[str],
) -> Response[bytes]:
    try:
        await service.decline(db, keyring, city, session.subject_id, rule, cause_id, clock.now())
    except OfferEnded:
        return see_other(offer_path(rule, cause_id))
    return see_other(offer_path(rule, cause_id))


async def _view(
    db: Database,
    keyring: Keyring,
    city: City,
    settings: Settings,
    session: Session,
    rule: str,
    cause_id: str,
    clock: Clock,
    refusal: Refusal | None = None,
    typed: str = "",
) -> OfferPage:
    offer, beneficiary = await service.get_offer(db, keyring, session.subject_id, rule, cause_id, clock.now())
    answered = await service.find_answer(db, offer)
    payout = None if answered is None else await service.find_payout_of(db, answered)
    payee_id = service.payee_of(offer, beneficiary, session.subject_id)
    paid_to = None if payout is None else await get_card(db, payout.subject_id, payout.card_id)
    situation = Situation(
        offer=offer,
        beneficiary=beneficiary,
        answered=answered,
        payout=payout,
        cards=await list_cards(db, payee_id),
        last_four=None if paid_to is None else paid_to.last_four,
        pays=bool(settings.bank),
    )
    book = await read_rulebook(db, city)
    return offer_page(situation, book.city, book, _error(refusal), typed)


def _error(refusal: Refusal | None) -> FieldError | None:
    if refusal is None:
        return None
    return FieldError(field="number", message=Text(refusal.sentence("zh-CN"), refusal.sentence("en")))


def _wish(reader_id: UUID, rule: str, cause_id: str, data: dict[str, str]) -> Wish:
    amount, card = data.get("amount_fen", ""), data.get("card", _NEW)
    if not (amount.isascii() and amount.isdigit()):
        raise BadParameter(name="amount_fen", reason="integer")
    typed = data.get("number", "")
    if card != _NEW and typed.strip():
        raise CardUnclear
    return Wish(
        reader_id=reader_id,
        rule=rule,
        cause_id=cause_id,
        amount_fen=int(amount),
        card_id=None if card == _NEW else _card_id(card),
        number=typed if card == _NEW else None,
    )


def _card_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CardNotFound from None


HANDLERS = [show_answers, show_offer, confirm, decline]
