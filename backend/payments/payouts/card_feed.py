"""The card feed: which bank card departments know somebody by, such as that of the social-security card."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.citizens.models import Holder
from backend.citizens.service import find_or_create_subjects
from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.core.db import Tx
from backend.core.ids import uuid7
from backend.departments.event_lines import CLOCK_SKEW
from backend.departments.faults import IN_FUTURE, OUT_OF_SCOPE, LineRefused, Reason
from backend.departments.instants import read_time
from backend.departments.models import DepartmentKey, Entry
from backend.departments.owners import check_owner, owner_key
from backend.departments.protocol import Candidate, Change, Received
from backend.departments.reading import Short, SourceId, decode
from backend.payments.payouts.cards import check_number, sealed_card
from backend.payments.payouts.errors import BadCardNumber
from backend.payments.payouts.queries import cards as queries
from backend.payments.payouts.queries.cards import CardRow

NAME = "cards"
BAD_NUMBER = Reason(
    "bad_card_number",
    "number 不是银行卡号（16 至 19 位数字，末位为校验位）。",
    "number is not that of a bank card: 16 to 19 digits, the last of them a check digit.",
)


class WireCard(Struct, frozen=True, forbid_unknown_fields=True):
    """As a department writes it. `kind` is what its key is scoped to."""

    id: SourceId
    kind: Short
    holder: Holder
    number: Short
    updated_at: str
    withdrawn: bool = False


class Named(Struct, frozen=True):
    """In clear: it is sealed when written."""

    kind: str
    holder: Holder
    number: str
    withdrawn: bool


_decoder = msgspec.json.Decoder(WireCard)
_encoder = msgspec.json.Encoder(order="deterministic")


class CardFeed:
    """Cards from one department, as far as its key allows."""

    name = NAME

    def __init__(self, key: DepartmentKey, keyring: Keyring) -> None:
        self._key, self._keyring = key, keyring

    def read(self, raw: bytes, now: datetime) -> Candidate[Named]:
        wire = decode(_decoder, raw)
        if not self._key.allows(NAME, wire.kind):
            raise LineRefused(OUT_OF_SCOPE, type=wire.kind)
        updated_at = read_time("updated_at", wire.updated_at)
        if updated_at > now + CLOCK_SKEW:
            raise LineRefused(IN_FUTURE, field="updated_at")
        try:
            number = check_number(wire.number)
        except BadCardNumber:
            raise LineRefused(BAD_NUMBER) from None
        named = Named(wire.kind, check_owner(wire.holder, local_date(now)), number, wire.withdrawn)
        fingerprint = self._keyring.lookup("feed.cards", _encoder.encode(named).decode())
        return Candidate(wire.id, updated_at, owner_key(self._keyring, named.holder), fingerprint, named)

    async def open(
        self, tx: Tx, received: Sequence[Received[Named]], directory: Mapping[str, Entry], now: datetime
    ) -> "CardFeed":
        """Nothing has to be known to judge a line."""
        return self

    def judge(self, candidate: Candidate[Named], directory: Mapping[str, Entry]) -> None:
        """Whatever holds by itself is taken."""

    async def write(self, tx: Tx, changes: Sequence[Change[Named]], now: datetime) -> Sequence[UUID]:
        """A number that was corrected or withdrawn is offered no more; payouts to it keep it."""
        holders = [change.candidate.content.holder for change in changes]
        known = await find_or_create_subjects(tx, self._keyring, holders, now)
        rows = [self._row(change, known[change.candidate.content.holder.number]) for change in changes]
        await queries.update_removed(tx, rows, now)
        current = [row for row, change in zip(rows, changes, strict=True) if not change.candidate.content.withdrawn]
        source = f"department:{self._key.department_id}"
        await queries.upsert_named(tx, current, self._keyring.current, source, now)
        return [row.subject_id for row in rows]

    def _row(self, change: Change[Named], subject_id: UUID) -> CardRow:
        number_hash, sealed, last_four = sealed_card(self._keyring, subject_id, change.candidate.content.number)
        return CardRow(subject_id, uuid7(), change.object_id, number_hash, sealed, last_four)
