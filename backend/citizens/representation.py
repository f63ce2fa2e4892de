"""Who may act for organisations and children: what sources say, kept word by word, opened to the agent alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID, uuid5

from msgspec import structs

from backend.citizens.events import RepresentationChanged
from backend.citizens.mandates import (
    Right,
    exists_mandate,
    list_agents,
    list_dead,
    list_mandates_of,
    list_represented_ids,
    list_represented_on,
    list_rights,
    list_rights_on,
    upsert_mandates,
)
from backend.citizens.masking import mask_name
from backend.citizens.models import Claim, Mandate, Named, Represented, Role, SubjectKind
from backend.citizens.service import find_or_create_subjects, list_named, lock_subject
from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.core.db import Database, Queryable, Tx
from backend.core.events import record

IDENTITY_PROVIDER = "identity-provider"
DEPARTMENT = "department:"
MOST = 200
_WORDS = UUID("0d2f1d0e-6a38-4d8b-9a7c-5e1b8a4c7f20")  # of the identity provider: one for each agent and role


async def record_mandate(tx: Tx, mandate: Mandate, now: datetime) -> None:
    """Keeps the word of a source, with its event. Of its words under one `word_id` the one stated last holds."""
    await upsert_mandates(tx, [mandate])
    await record(tx, [RepresentationChanged(subject_id=mandate.subject_id)], now)


async def replace_claimed(
    db: Database, keyring: Keyring, agent_id: UUID, claims: Sequence[Claim], now: datetime
) -> None:
    """What the identity provider says at a sign-in, in place of all it had said before of this agent.

    Events only for those for whom it makes a difference.
    """
    today = local_date(now)
    async with db.transaction() as tx:
        await lock_subject(tx, agent_id)
        known = {word.word_id: word for word in await list_mandates_of(tx, agent_id, IDENTITY_PROVIDER)}
        if not known and not claims:
            return
        before = await list_rights(tx, agent_id, today)
        ids = await find_or_create_subjects(tx, keyring, [claim.holder for claim in claims], now)
        said = {}
        for claim in claims:
            word = _word(agent_id, ids[claim.holder.number], claim, known, now)
            if word.subject_id != agent_id:
                said[word.word_id] = word
        gone = [_withdrawn(word, now) for word_id, word in known.items() if word_id not in said and not word.withdrawn]
        await upsert_mandates(tx, [*said.values(), *gone])
        after = await list_rights(tx, agent_id, today)
        changed = sorted({right.subject_id for right in set(before) ^ set(after)})
        await record(tx, [RepresentationChanged(subject_id=subject_id) for subject_id in changed], now)


async def list_represented(db: Queryable, keyring: Keyring, agent_id: UUID, now: datetime) -> list[Represented]:
    """For whom this person may act today or from a day to come, organisations first; MOST of them, of each all that
    is said.
    """
    rights = await list_rights(db, agent_id, local_date(now), MOST)
    opened = await _opened(db, keyring, rights)
    return sorted(opened, key=lambda each: (each.kind is SubjectKind.PERSON, each.name, each.valid_from))


async def represented_today(
    db: Queryable, keyring: Keyring, agent_id: UUID, subject_ids: Iterable[UUID], now: datetime
) -> dict[UUID, Represented]:
    """Those of these for whom this person may act today; nobody else is opened."""
    asked = sorted(set(subject_ids))
    if not asked:
        return {}
    opened = await _opened(db, keyring, await list_rights_on(db, agent_id, asked, local_date(now)))
    return {each.subject_id: each for each in opened}


async def list_represented_today(db: Queryable, agent_id: UUID, now: datetime) -> list[UUID]:
    """For whom this person may act today, however many they are; nobody is opened."""
    return await list_represented_on(db, agent_id, local_date(now))


async def list_agents_today(db: Queryable, subject_ids: Sequence[UUID], today: date) -> list[tuple[UUID, UUID, str]]:
    """Subject, who may act for it today, and as what; the dead act for nobody."""
    found = await list_agents(db, subject_ids, today) if subject_ids else []
    dead = await list_dead(db, sorted({agent_id for _, agent_id, _ in found})) if found else set()
    return [each for each in found if each[1] not in dead]


async def is_represented(db: Queryable, subject_id: UUID) -> bool:
    """Whether some source has said at some time who may act for them."""
    return await exists_mandate(db, subject_id)


async def acts_for_others(db: Queryable, agent_id: UUID, now: datetime) -> bool:
    """Whether this person may act for anybody, today or from a day to come."""
    return bool(await list_rights(db, agent_id, local_date(now), 1))


async def represented_by(tx: Queryable, agent_id: UUID) -> list[UUID]:
    """For whom this person has been said to act, at any time."""
    return await list_represented_ids(tx, agent_id)


def _word(agent_id: UUID, subject_id: UUID, claim: Claim, known: Mapping[UUID, Mandate], now: datetime) -> Mandate:
    word_id = uuid5(_WORDS, f"{agent_id}:{subject_id}:{claim.role}")
    before = known.get(word_id)
    since = local_date(now) if before is None or before.withdrawn else before.valid_from
    return Mandate(
        subject_id=subject_id,
        word_id=word_id,
        agent_id=agent_id,
        role=claim.role,
        source=IDENTITY_PROVIDER,
        valid_from=claim.valid_from or since,
        valid_until=claim.valid_until,
        withdrawn=False,
        stated_at=now,
    )


def _withdrawn(word: Mandate, now: datetime) -> Mandate:
    return structs.replace(word, withdrawn=True, stated_at=now)


async def _opened(db: Queryable, keyring: Keyring, rights: Sequence[Right]) -> list[Represented]:
    named = await list_named(db, keyring, sorted({right.subject_id for right in rights}))
    return [_represented(right, named[right.subject_id]) for right in rights]


def _represented(right: Right, named: Named) -> Represented:
    return Represented(
        subject_id=right.subject_id,
        kind=named.kind,
        name=mask_name(named.name) if named.kind is SubjectKind.PERSON else named.name,
        role=Role(right.role),
        source=right.source,
        valid_from=right.valid_from,
        valid_until=right.valid_until,
    )
