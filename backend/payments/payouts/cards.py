"""Bank cards: checked, sealed, known again by a keyed hash, and shown by their last four digits only."""

import re
from datetime import datetime
from uuid import UUID

from backend.core.crypto import Keyring
from backend.core.db import Queryable, Tx
from backend.core.ids import uuid7
from backend.payments.payouts.errors import BadCardNumber, CardNotFound, TooManyCards
from backend.payments.payouts.models import HOLDER, Card
from backend.payments.payouts.queries import cards as queries

MOST_CARDS = 20
_NUMBER = re.compile(r"[1-9][0-9]{15,18}", re.ASCII)
_BETWEEN = re.compile(r"[\s\-]+")


def check_number(text: str) -> str:
    """The digits of a debit card (ISO/IEC 7812-1: check digit of Annex B); raises BadCardNumber, quoting nothing.

    Full-width digits, spaces and hyphens are what people type. Cards of this country have 16 to 19 digits; which bank
    issued one, no public list tells reliably, so that only the bank says whether the account exists.
    """
    digits = _BETWEEN.sub("", text.translate(_FULL_WIDTH))
    if not _NUMBER.fullmatch(digits) or not _has_check_digit(digits):
        raise BadCardNumber
    return digits


async def add_card(tx: Tx, keyring: Keyring, subject_id: UUID, number: str, now: datetime) -> UUID:
    """The card of this number, kept once however often it is given. Raises BadCardNumber, TooManyCards."""
    digits = check_number(number)
    if len(await queries.list_cards(tx, subject_id, MOST_CARDS)) == MOST_CARDS:
        raise TooManyCards(most=MOST_CARDS)
    number_hash, sealed, last_four = sealed_card(keyring, subject_id, digits)
    return await queries.upsert_card(
        tx, subject_id, uuid7(), number_hash, keyring.current, sealed, last_four, HOLDER, now
    )


def sealed_card(keyring: Keyring, subject_id: UUID, digits: str) -> tuple[bytes, bytes, str]:
    """The hash by which the number is known again, the number sealed, and its last four digits."""
    return keyring.lookup("bank-card", digits), keyring.seal(digits, context=_context(subject_id)), digits[-4:]


async def list_cards(conn: Queryable, subject_id: UUID) -> list[Card]:
    """What somebody can be paid to: as departments hold them first, then the newest."""
    return await queries.list_cards(conn, subject_id, MOST_CARDS)


async def get_card(conn: Queryable, subject_id: UUID, card_id: UUID) -> Card:
    """Also one that was removed since. Raises CardNotFound."""
    card = await queries.find_card(conn, subject_id, card_id)
    if card is None:
        raise CardNotFound
    return card


async def open_number(conn: Queryable, keyring: Keyring, subject_id: UUID, card_id: UUID) -> str:
    """In clear, for the bank alone. Raises CardNotFound."""
    sealed = await queries.find_sealed(conn, subject_id, card_id)
    if sealed is None:
        raise CardNotFound
    return keyring.open(sealed.key_id, sealed.number_enc, context=_context(subject_id))


_FULL_WIDTH = {ord("０") + digit: ord("0") + digit for digit in range(10)}


def _has_check_digit(digits: str) -> bool:
    """Luhn's: from the right every second digit twice, its own digits added; the sum ends in nought."""
    doubled = [int(each) * (1 + place % 2) for place, each in enumerate(reversed(digits))]
    return sum(each // 10 + each % 10 for each in doubled) % 10 == 0


def _context(subject_id: UUID) -> bytes:
    return subject_id.bytes + b"bank-card"
