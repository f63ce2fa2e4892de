"""Who hears of a bill: the person who owes it, and who acts today for the child or the organisation that owes it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from msgspec import Struct, structs

from backend.citizens.models import Role, SubjectKind
from backend.citizens.representation import is_represented, list_agents_today
from backend.citizens.service import get_subject, take_turn
from backend.core.clock import local_date
from backend.core.db import Tx


class Addressees(Struct, frozen=True):
    """`kind` is that of who owes the bill; `own` is empty for an organisation, which reads nothing itself.

    `is_represented`: somebody has been named at some time, so that others may have been told before.
    """

    subject_id: UUID
    kind: SubjectKind
    own: tuple[UUID, ...] = ()
    agents: tuple[UUID, ...] = ()
    is_represented: bool = False

    @property
    def readers(self) -> tuple[UUID, ...]:
        return *self.own, *self.agents

    def without(self, readers: Collection[UUID]) -> "Addressees":
        own, agents = (tuple(each for each in several if each not in readers) for several in (self.own, self.agents))
        return structs.replace(self, own=own, agents=agents)


async def addressees_of(tx: Tx, subject_id: UUID, now: datetime) -> Addressees:
    """For a person only guardians act; another role over one hears nothing.

    Whatever is told about the bills of one who is acted for takes turns until the transaction ends, so that nobody is
    told twice, and nobody who may act no more. Who never was takes no turns: the first to be named is told by the
    fact of that, which comes after.
    """
    kind = (await get_subject(tx, subject_id)).kind
    own = (subject_id,) if kind is SubjectKind.PERSON else ()
    if not await is_represented(tx, subject_id):
        return Addressees(subject_id, kind, own)
    await take_turn(tx, subject_id)
    found = await list_agents_today(tx, [subject_id], local_date(now))
    agents = {agent_id for _, agent_id, role in found if kind is not SubjectKind.PERSON or role == Role.GUARDIAN}
    return Addressees(subject_id, kind, own, tuple(sorted(agents)), is_represented=True)
