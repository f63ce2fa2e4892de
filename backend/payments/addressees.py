"""Who hears of a bill: the person who owes it, or for an organisation those who may act for it today."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.citizens.models import SubjectKind
from backend.citizens.representation import list_agents_today
from backend.citizens.service import get_subject, lock_subject
from backend.core.clock import local_date
from backend.core.db import Tx


class Addressees(Struct, frozen=True):
    """`on_behalf`: who owes the bill is an organisation, which reads nothing itself."""

    readers: tuple[UUID, ...]
    on_behalf: bool = False


async def addressees_of(tx: Tx, subject_id: UUID, now: datetime) -> Addressees:
    """A child hears of its own bills, as it does of what rules say about bills.

    Whatever is told about the bills of one organisation takes turns until the transaction ends, so that nobody is told
    twice, and nobody who may act no more.
    """
    subject = await get_subject(tx, subject_id)
    if subject.kind is SubjectKind.PERSON:
        return Addressees((subject_id,))
    await lock_subject(tx, subject_id)
    found = await list_agents_today(tx, [subject_id], local_date(now))
    return Addressees(tuple(sorted({agent_id for _, agent_id, _ in found})), on_behalf=True)
