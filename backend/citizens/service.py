"""What the office does with persons and organisations: knows each once, opens to the owner, records their lives."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from backend.citizens.errors import SubjectUnknown
from backend.citizens.events import DeathWithdrawn, MoveOutWithdrawn, PersonDied, PersonMovedOut
from backend.citizens.holders import CheckedHolder, check_holder
from backend.citizens.models import DeathWord, Holder, Identity, Named, Profile, Subject, SubjectId, SubjectKind
from backend.citizens.queries import (
    NewSubject,
    SealedSubject,
    find_death,
    find_sealed,
    find_subject,
    insert_directory,
    insert_subjects,
    list_directory,
    list_sealed,
    lock_alone,
    lock_sealed,
    lock_shared,
    lock_turn,
    update_death,
    update_move_out,
    update_sealed,
    upsert_death_word,
)
from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.core.db import Database, Queryable, Tx
from backend.core.events import record
from backend.core.ids import uuid7

_NUMBER, _NAME, _PHONE = b"number", b"name", b"phone"


class _Found(NamedTuple):
    number_hash: bytes
    holder: CheckedHolder


async def find_or_create_subjects(
    tx: Tx, keyring: Keyring, people: Iterable[Holder], now: datetime
) -> dict[str, SubjectId]:
    """The subject of every number, made where it is new: three statements however many there are.

    `people` may repeat; the first name given for a new number is kept, a known subject stays as it is. The keys of the
    answer are the numbers as given. Raises BadNumber or BadName on the first that does not hold: feeds check line by
    line with `check_holder` before. Needs READ COMMITTED (the default), so that a subject made by another transaction
    at the same time is seen once that one commits.
    """
    today = local_date(now)
    checked = [check_holder(holder, today) for holder in people]
    found = [_Found(_hash(keyring, holder), holder) for holder in checked]
    wanted = {entry.number_hash: entry.holder for entry in reversed(found)}
    known = await list_directory(tx, list(wanted))
    missing = sorted(wanted.keys() - known.keys())  # one order for all, so that two feeds never wait for each other
    if missing:
        known |= await _create(tx, keyring, [_Found(number_hash, wanted[number_hash]) for number_hash in missing], now)
    return {entry.holder.given: known[entry.number_hash] for entry in found}


async def find_subject_ids(
    db: Queryable, keyring: Keyring, people: Iterable[Holder], now: datetime
) -> dict[str, SubjectId]:
    """Those of these people who are known, by number as given, in one statement; raises BadNumber or BadName."""
    today = local_date(now)
    hashes = {holder.number: _hash(keyring, check_holder(holder, today)) for holder in people}
    known = await list_directory(db, list(hashes.values()))
    return {number: known[number_hash] for number, number_hash in hashes.items() if number_hash in known}


async def lock_subject(tx: Tx, subject_id: UUID) -> None:
    """Alone with what this subject holds until the transaction ends; whoever shares it waits, or is waited for."""
    await lock_alone(tx, subject_id)


async def take_turn(tx: Tx, subject_id: UUID) -> None:
    """One after the other until the transaction ends, while rows that refer to this subject may be written."""
    await lock_turn(tx, subject_id)


async def share_subjects(tx: Tx, subject_ids: Sequence[UUID]) -> None:
    """Together with others who share these subjects, but not while somebody is alone with one of them."""
    await lock_shared(tx, subject_ids)


async def get_subject(db: Queryable, subject_id: UUID) -> Subject:
    """What may be known without opening anything; raises SubjectUnknown."""
    subject = await find_subject(db, subject_id)
    if subject is None:
        raise SubjectUnknown
    return subject


async def get_profile(db: Queryable, keyring: Keyring, subject_id: UUID) -> Profile:
    """Number, name and phone in clear, for the owner's own screen only; raises SubjectUnknown."""
    sealed = await find_sealed(db, subject_id)
    if sealed is None:
        raise SubjectUnknown
    return _open(keyring, sealed)


async def list_named(db: Queryable, keyring: Keyring, subject_ids: Sequence[UUID]) -> dict[UUID, Named]:
    """Names in clear, for eyes that may see them; who is unknown is left out."""
    found = await list_sealed(db, subject_ids) if subject_ids else []
    return {each.subject_id: Named(SubjectKind(each.kind), _open_name(keyring, each)) for each in found}


async def phone_of(db: Queryable, keyring: Keyring, subject_id: UUID) -> str | None:
    """Where to send an SMS; None when the subject or the phone is unknown."""
    sealed = await find_sealed(db, subject_id)
    if sealed is None or sealed.phone_enc is None:
        return None
    return keyring.open(sealed.key_id, sealed.phone_enc, context=_context(sealed.subject_id, _PHONE))


async def record_death_word(tx: Tx, word: DeathWord, now: datetime) -> bool:
    """Keeps the word of a department on somebody's death, with an event where it makes a difference to what holds.

    A death, its withdrawal and the withdrawal of that may come in any order. False when it is known already, was stated
    earlier than what holds, or no person has this id.
    """
    await lock_subject(tx, word.subject_id)
    await upsert_death_word(tx, word)
    died_on = await find_death(tx, word.subject_id)
    news = await update_death(tx, word.subject_id, died_on, now)
    if news:
        who = word.subject_id
        said = DeathWithdrawn(subject_id=who) if died_on is None else PersonDied(subject_id=who, died_on=died_on)
        await record(tx, [said], now)
    return news


async def record_move_out(tx: Tx, subject_id: UUID, moved_out_on: date, stated_at: datetime, now: datetime) -> bool:
    """Notes that a person has left the city, with its event; False when that is known or no person has this id.

    Of several words that which was `stated_at` last holds, whichever arrives first.
    """
    news = await update_move_out(tx, subject_id, moved_out_on, stated_at, now)
    if news:
        await record(tx, [PersonMovedOut(subject_id=subject_id, moved_out_on=moved_out_on)], now)
    return news


async def withdraw_move_out(tx: Tx, subject_id: UUID, stated_at: datetime, now: datetime) -> bool:
    """Takes a wrong report of a move back, with its event; False when none was in force."""
    news = await update_move_out(tx, subject_id, None, stated_at, now)
    if news:
        await record(tx, [MoveOutWithdrawn(subject_id=subject_id)], now)
    return news


async def recognise(db: Database, keyring: Keyring, identity: Identity, now: datetime) -> Subject:
    """The subject of somebody the identity provider vouches for, made when new.

    Name and phone become those the provider gives now (a phone it does not give stays), and the row is sealed again
    under the current key.
    """
    checked = check_holder(identity.holder, local_date(now))
    async with db.transaction() as tx:
        ids = await find_or_create_subjects(tx, keyring, [identity.holder], now)
        subject_id = ids[identity.holder.number]
        sealed = await lock_sealed(tx, subject_id)
        assert sealed is not None  # noqa: S101 - made or found in this very transaction
        phone = identity.phone or _open(keyring, sealed).phone
        await _seal_again(tx, keyring, subject_id, checked, phone, now)
        return await get_subject(tx, subject_id)


async def _create(tx: Tx, keyring: Keyring, missing: Sequence[_Found], now: datetime) -> dict[bytes, SubjectId]:
    """Claims the numbers, makes the subjects of those won, and reads the owners of those another transaction won."""
    made = {entry.number_hash: SubjectId(uuid7()) for entry in missing}
    won = await insert_directory(tx, list(made.items()))
    fresh = [_sealed(keyring, made[entry.number_hash], entry.holder) for entry in missing if entry.number_hash in won]
    await insert_subjects(tx, fresh, keyring.current, now)
    lost = list(made.keys() - won)
    others = await list_directory(tx, lost) if lost else {}
    return {number_hash: made[number_hash] for number_hash in won} | others


def _sealed(keyring: Keyring, subject_id: SubjectId, holder: CheckedHolder) -> NewSubject:
    return NewSubject(
        subject_id=subject_id,
        kind=holder.kind,
        number_enc=keyring.seal(holder.number, context=_context(subject_id, _NUMBER)),
        name_enc=keyring.seal(holder.name, context=_context(subject_id, _NAME)),
        born_on=holder.born_on,
    )


async def _seal_again(
    tx: Tx, keyring: Keyring, subject_id: SubjectId, holder: CheckedHolder, phone: str | None, now: datetime
) -> None:
    await update_sealed(
        tx,
        subject_id,
        key_id=keyring.current,
        number=keyring.seal(holder.number, context=_context(subject_id, _NUMBER)),
        name=keyring.seal(holder.name, context=_context(subject_id, _NAME)),
        phone=keyring.seal(phone, context=_context(subject_id, _PHONE)) if phone else None,
        now=now,
    )


def _open(keyring: Keyring, sealed: SealedSubject) -> Profile:
    def opened(column: bytes, blob: bytes) -> str:
        return keyring.open(sealed.key_id, blob, context=_context(sealed.subject_id, column))

    return Profile(
        subject_id=sealed.subject_id,
        kind=SubjectKind(sealed.kind),
        number=opened(_NUMBER, sealed.number_enc),
        name=opened(_NAME, sealed.name_enc),
        phone=opened(_PHONE, sealed.phone_enc) if sealed.phone_enc is not None else None,
        born_on=sealed.born_on,
    )


def _open_name(keyring: Keyring, sealed: SealedSubject) -> str:
    return keyring.open(sealed.key_id, sealed.name_enc, context=_context(sealed.subject_id, _NAME))


def _context(subject_id: UUID, column: bytes) -> bytes:
    """What a sealed value is bound to: moved to another row or column it does not open."""
    return subject_id.bytes + column


def _hash(keyring: Keyring, holder: CheckedHolder) -> bytes:
    return keyring.lookup(f"subject.{holder.kind}", holder.number)
