"""Entitlements as the screens draw them."""

from collections.abc import Sequence

from msgspec import Struct

from backend.citizens.models import Represented
from backend.city.city import City
from backend.city.models import Text as CityText
from backend.city.rules import Rule, RuleState
from backend.entitlements.models import Answer, Answered
from backend.entitlements.paths import offer_path
from backend.matching.models import Evidence
from backend.matching.offers import Offer
from backend.matching.outcomes import VANISHED
from backend.matching.rulebook import Rulebook
from backend.matching.wording.explaining import reason_in_words
from backend.matching.wording.rules import fact_name, source_name
from backend.matching.wording.speech import cited
from backend.payments.payouts.models import HOLDER, Card, Payout, PayoutState
from pwa.views.entitlements import CardChoice, OfferFact, OfferLine, OfferPage, OfferState
from pwa.views.parts import FieldError, Text

_PAYOUTS = {
    PayoutState.ORDERED: OfferState.UNDER_WAY,
    PayoutState.ACCEPTED: OfferState.UNDER_WAY,
    PayoutState.PAID: OfferState.PAID,
    PayoutState.FAILED: OfferState.UNPAID,
    PayoutState.RETURNED: OfferState.UNPAID,
}
_WITHDRAWN = Text("依据的信息已被撤回或更正。", "What it rested on has been withdrawn or corrected.")
_OURS = Text("您自己填写的", "Entered by yourself")


class Situation(Struct, frozen=True, kw_only=True):
    """All there is to know about one entitlement of somebody. `pays`: this hall can pay out."""

    offer: Offer
    beneficiary: Represented | None
    answered: Answered | None
    payout: Payout | None
    cards: Sequence[Card] = ()
    last_four: str | None = None
    pays: bool = True


def offer_page(
    situation: Situation, city: City, book: Rulebook, error: FieldError | None = None, typed: str = ""
) -> OfferPage:
    offer, payout, answered = situation.offer, situation.payout, situation.answered
    rule = city.rules.get(offer.rule)
    state = state_of(situation, book)
    law = None if rule is None else cited(rule.legal_basis)
    return OfferPage(
        state=state,
        title=_title(rule, offer, payout),
        body=_body(rule),
        rule=_rule(rule),
        facts=tuple(_fact(each, city) for each in offer.evidence),
        path=offer_path(offer.rule, offer.cause_id),
        amount_fen=_amount(rule, payout),
        for_whom=_for_whom(situation.beneficiary),
        law=None if law is None else Text(law),
        cards=tuple(_card(card, city) for card in situation.cards),
        error=error,
        typed=typed,
        number=None if answered is None else answered.answer_no,
        last_four=situation.last_four,
        paid_at=payout.paid_at if payout is not None and state is OfferState.PAID else None,
        why_ended=_why_ended(offer, city) if state is OfferState.ENDED else None,
    )


def offer_line(answered: Answered, payout: Payout | None, beneficiary: Represented | None, city: City) -> OfferLine:
    state = _answered_state(answered, payout)
    rule = city.rules.get(answered.rule)
    return OfferLine(
        path=offer_path(answered.rule, answered.cause_id),
        title=_named(rule, answered.rule if payout is None else payout.purpose),
        state=state,
        answered_at=answered.answered_at,
        amount_fen=None if payout is None else payout.amount_fen,
        for_whom=_for_whom(beneficiary),
    )


def state_of(situation: Situation, book: Rulebook) -> OfferState:
    if situation.answered is not None:
        return _answered_state(situation.answered, situation.payout)
    applied = book.rules.get(situation.offer.rule)
    if not situation.offer.open or applied is None or applied.state is not RuleState.LIVE or applied.rule is None:
        return OfferState.ENDED
    if applied.rule.amount_fen is None or not situation.pays:
        return OfferState.UNPRICED
    return OfferState.OPEN


def _answered_state(answered: Answered, payout: Payout | None) -> OfferState:
    if answered.answer == Answer.DECLINED:
        return OfferState.DECLINED
    if answered.is_held:
        return OfferState.HELD
    return OfferState.UNDER_WAY if payout is None else _PAYOUTS[PayoutState(payout.state)]


def _title(rule: Rule | None, offer: Offer, payout: Payout | None) -> Text:
    return _named(rule, offer.rule if payout is None else payout.purpose)


def _named(rule: Rule | None, otherwise: str) -> Text:
    """A rule may have left the pack while what was paid by it remains."""
    return Text(otherwise) if rule is None else Text(rule.name.zh, rule.name.en)


def _body(rule: Rule | None) -> Text:
    if rule is None or rule.wording is None:
        return Text("")
    return _drawn(rule.wording.title)


def _rule(rule: Rule | None) -> Text:
    return _drawn(rule.wording.reason) if rule is not None and rule.wording is not None else Text("")


def _drawn(text: CityText) -> Text:
    return Text(text.zh, text.en)


def _amount(rule: Rule | None, payout: Payout | None) -> int | None:
    if payout is not None:
        return payout.amount_fen
    return None if rule is None else rule.amount_fen


def _fact(evidence: Evidence, city: City) -> OfferFact:
    name = fact_name(evidence, city)
    return OfferFact(name=_drawn(name), on=evidence.on, source=_drawn(source_name(evidence.source, city)))


def _card(card: Card, city: City) -> CardChoice:
    return CardChoice(value=str(card.card_id), last_four=card.last_four, source=_source(card.source, city))


def _source(source: str, city: City) -> Text:
    if source == HOLDER:
        return _OURS
    department = city.departments.get(source.partition(":")[2])
    return Text("部门提供", "Named by a department") if department is None else _drawn(department.name)


def _for_whom(beneficiary: Represented | None) -> Text | None:
    return None if beneficiary is None else Text(f"为 {beneficiary.name}", f"For {beneficiary.name}")


def _why_ended(offer: Offer, city: City) -> Text | None:
    if offer.open or offer.reason is None:
        return None
    if offer.reason in {VANISHED, "lost"}:
        return _WITHDRAWN
    words = reason_in_words(offer.reason, city)
    return Text(f"{words.zh}。", None if words.en is None else f"{words.en[:1].upper()}{words.en[1:]}.")
