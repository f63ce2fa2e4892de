"""Whose bills somebody may see and pay: their own, and those of whom they may act for today."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.citizens.models import Represented
from backend.citizens.representation import represented_today
from backend.citizens.whom import for_whom
from backend.core.crypto import Keyring
from backend.core.db import Queryable
from backend.payments.numbers import owner_of
from pwa.views.parts import ForWhom


class Payer(Struct, frozen=True):
    """Who owes a bill and is named on its receipt. `represented` None: the reader."""

    subject_id: UUID
    represented: Represented | None = None

    @property
    def for_whom(self) -> ForWhom | None:
        return None if self.represented is None else for_whom(self.represented)

    @property
    def on_behalf_of(self) -> str | None:
        """The name, as far as the reader may see it."""
        return None if self.represented is None else self.represented.name


async def list_payers(db: Queryable, keyring: Keyring, reader_id: UUID, now: datetime) -> dict[UUID, Payer]:
    """The reader first, then whom they may act for today."""
    others = await represented_today(db, keyring, reader_id, None, now)
    return {reader_id: Payer(reader_id)} | {subject_id: Payer(subject_id, who) for subject_id, who in others.items()}


async def payer_of(db: Queryable, keyring: Keyring, reader_id: UUID, order_no: str, now: datetime) -> Payer:
    """The owner of this attempt to pay; where the reader may not act for them the reader, who has no such attempt."""
    owner = owner_of(keyring, order_no)
    if owner is None or owner == reader_id:
        return Payer(reader_id)
    represented = (await represented_today(db, keyring, reader_id, [owner], now)).get(owner)
    return Payer(reader_id) if represented is None else Payer(owner, represented)
