"""One person, one row, however often and from wherever they are named; and nothing readable in it."""

import asyncio
import logging
from datetime import date, timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from msgspec.structs import replace

from backend.citizens.errors import BadName, BadNumber, SubjectUnknown
from backend.citizens.models import Holder, Identity, Level, SubjectId, SubjectKind
from backend.citizens.service import (
    find_or_create_subjects,
    find_subject_ids,
    get_profile,
    get_subject,
    phone_of,
    recognise,
    record_death_word,
    record_move_out,
    withdraw_move_out,
)
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.identity_numbers import citizen_id_check
from tests.citizens.deaths import death, life

LIN = Holder(SubjectKind.PERSON, "340803198801170526", "林晓雯")
AYGULI = Holder(SubjectKind.PERSON, "65010219860701005X", "阿依古丽·买买提")
RESTAURANT = Holder(SubjectKind.ORGANISATION, "91310101MA1K4N7P07", "上海晨光餐饮有限公司")


async def _one(db: Database, keyring: Keyring, holder: Holder, clock: FixedClock) -> SubjectId:
    async with db.transaction() as tx:
        return (await find_or_create_subjects(tx, keyring, [holder], clock.now()))[holder.number]


async def test_a_batch_finds_the_known_and_makes_the_new(db: Database, keyring: Keyring, clock: FixedClock) -> None:
    known = await _one(db, keyring, LIN, clock)

    async with db.transaction() as tx:
        ids = await find_or_create_subjects(tx, keyring, [LIN, AYGULI, RESTAURANT, AYGULI], clock.now())

    assert ids[LIN.number] == known
    assert len(set(ids.values())) == 3
    assert await db.fetchval("SELECT count(*) FROM subjects") == 3
    assert (await get_subject(db, ids[LIN.number])).born_on == date(1988, 1, 17)
    assert (await get_subject(db, ids[RESTAURANT.number])).kind is SubjectKind.ORGANISATION


async def test_an_empty_batch_is_an_empty_answer(db: Database, keyring: Keyring, clock: FixedClock) -> None:
    async with db.transaction() as tx:
        assert await find_or_create_subjects(tx, keyring, [], clock.now()) == {}


@pytest.mark.parametrize(
    "typed", ["65010219860701005x", "６５０１０２１９８６０７０１００５Ｘ", " 65010219860701005X\n"]
)
async def test_other_ways_of_typing_a_number_lead_to_the_same_person(
    db: Database, keyring: Keyring, clock: FixedClock, typed: str
) -> None:
    known = await _one(db, keyring, AYGULI, clock)

    assert await _one(db, keyring, Holder(SubjectKind.PERSON, typed, "阿依古丽•买买提"), clock) == known
    assert await find_subject_ids(db, keyring, [Holder(SubjectKind.PERSON, typed, "阿依古丽"), LIN], clock.now()) == {
        typed: known
    }


async def test_fifty_at_once_make_one_subject(db: Database, keyring: Keyring, clock: FixedClock) -> None:
    ids = await asyncio.gather(*(_one(db, keyring, LIN, clock) for _ in range(50)))

    assert len(set(ids)) == 1
    assert await db.fetchval("SELECT count(*) FROM subjects") == 1
    assert await db.fetchval("SELECT count(*) FROM subject_directory") == 1


async def test_batches_in_opposite_order_do_not_wait_for_each_other_forever(
    db: Database, keyring: Keyring, clock: FixedClock
) -> None:
    people = [Holder(SubjectKind.PERSON, _number(serial), "某人") for serial in range(200)]

    async def feed(batch: list[Holder]) -> dict[str, object]:
        async with db.transaction() as tx:
            return dict(await find_or_create_subjects(tx, keyring, batch, clock.now()))

    answers = await asyncio.gather(*(feed(people if turn % 2 else people[::-1]) for turn in range(8)))

    assert all(answer == answers[0] for answer in answers)
    assert await db.fetchval("SELECT count(*) FROM subjects") == 200


async def test_a_feed_that_fails_leaves_no_number_without_an_owner(
    db: Database, keyring: Keyring, clock: FixedClock
) -> None:
    async def feed() -> None:
        async with db.transaction() as tx:
            await find_or_create_subjects(tx, keyring, [LIN], clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await feed()

    known = await _one(db, keyring, LIN, clock)
    assert await db.fetchval("SELECT subject_id FROM subjects") == known


async def test_the_first_name_of_a_new_number_is_kept(db: Database, keyring: Keyring, clock: FixedClock) -> None:
    subject_id = await _one(db, keyring, LIN, clock)

    await _one(db, keyring, Holder(SubjectKind.PERSON, LIN.number, "林小文"), clock)

    assert (await get_profile(db, keyring, subject_id)).name == "林晓雯"


@pytest.mark.parametrize(
    "number",
    [
        "340803198801170527",  # check digit
        "340803880117052",  # 15 digits, out of use since 2013
        "310101190002290013",  # 1900 was no leap year
        "",
        "34080319880117052６７",
        "x" * 10_000,
    ],
)
async def test_a_number_that_cannot_be_is_refused_without_repeating_it(
    db: Database, keyring: Keyring, clock: FixedClock, number: str
) -> None:
    with pytest.raises(BadNumber) as refused:
        await _one(db, keyring, Holder(SubjectKind.PERSON, number, "林晓雯"), clock)

    assert number == "" or number not in str(refused.value)
    assert await db.fetchval("SELECT count(*) FROM subject_directory") == 0


@pytest.mark.parametrize("name", ["", "  ", "林\x00雯", "林" * 201])
async def test_a_name_that_cannot_be_is_refused(db: Database, keyring: Keyring, clock: FixedClock, name: str) -> None:
    with pytest.raises(BadName):
        await _one(db, keyring, Holder(SubjectKind.PERSON, LIN.number, name), clock)


async def test_no_column_holds_number_name_or_phone(db: Database, keyring: Keyring, clock: FixedClock) -> None:
    identity = Identity(holder=LIN, phone="19900001001", level=Level.ADVANCED)
    await recognise(db, keyring, identity, clock.now())

    dump = str(await db.fetch("SELECT s::text, d::text FROM subjects s JOIN subject_directory d USING (subject_id)"))

    for secret in (LIN.number, LIN.name, "19900001001"):
        assert secret not in dump
        assert secret.encode().hex() not in dump


async def test_a_row_sealed_under_the_old_key_still_opens(db: Database, keyring: Keyring, clock: FixedClock) -> None:
    before_rotation = Keyring({"old": b"o" * 32}, "old", b"l" * 32)
    subject_id = await _one(db, before_rotation, LIN, clock)

    profile = await get_profile(db, keyring, subject_id)

    assert (profile.number, profile.name) == (LIN.number, LIN.name)
    assert await _one(db, keyring, LIN, clock) == subject_id
    assert await db.fetchval("SELECT key_id FROM subjects") == "old"


async def test_signing_in_seals_the_whole_row_under_the_current_key(
    db: Database, keyring: Keyring, clock: FixedClock
) -> None:
    before_rotation = Keyring({"old": b"o" * 32}, "old", b"l" * 32)
    identity = Identity(holder=LIN, phone="19900001001", level=Level.ADVANCED)
    subject = await recognise(db, before_rotation, identity, clock.now())

    await recognise(db, keyring, Identity(holder=LIN, phone=None, level=Level.ADVANCED), clock.now())

    assert await db.fetchval("SELECT key_id FROM subjects") == "new"
    profile = await get_profile(db, Keyring({"new": b"n" * 32}, "new", b"l" * 32), subject.subject_id)
    assert (profile.number, profile.name, profile.phone) == (LIN.number, LIN.name, "19900001001")


async def test_sealed_bytes_moved_to_another_row_or_column_do_not_open(
    db: Database, keyring: Keyring, clock: FixedClock
) -> None:
    lin, ayguli = await _one(db, keyring, LIN, clock), await _one(db, keyring, AYGULI, clock)

    await db.execute(
        """UPDATE subjects SET number_enc = (SELECT number_enc FROM subjects WHERE subject_id = $1)
           WHERE subject_id = $2""",
        lin,
        ayguli,
    )
    await db.execute("UPDATE subjects SET phone_enc = number_enc WHERE subject_id = $1", lin)

    with pytest.raises(InvalidTag):
        await get_profile(db, keyring, ayguli)
    with pytest.raises(InvalidTag):
        await phone_of(db, keyring, lin)


async def test_the_phone_is_known_after_signing_in(db: Database, keyring: Keyring, clock: FixedClock) -> None:
    subject_id = await _one(db, keyring, LIN, clock)
    assert await phone_of(db, keyring, subject_id) is None

    await recognise(db, keyring, Identity(holder=LIN, phone="19900001001", level=Level.ADVANCED), clock.now())

    assert await phone_of(db, keyring, subject_id) == "19900001001"


async def test_somebody_unknown_has_no_profile_and_no_phone(db: Database, keyring: Keyring) -> None:
    with pytest.raises(SubjectUnknown):
        await get_profile(db, keyring, uuid4())
    assert await phone_of(db, keyring, uuid4()) is None


async def test_a_death_is_recorded_once_and_may_be_corrected(db: Database, keyring: Keyring, clock: FixedClock) -> None:
    subject_id = await _one(db, keyring, LIN, clock)
    first = death(subject_id, date(2026, 11, 1), clock.now())

    async with db.transaction() as tx:
        told = [
            await record_death_word(tx, word, clock.now())
            for word in (first, first, replace(first, died_on=date(2026, 11, 2)))
        ]

    assert told == [True, False, True]
    assert (await get_subject(db, subject_id)).died_on == date(2026, 11, 2)
    assert [r["type"] for r in await db.fetch("SELECT type FROM events")] == ["citizens.person_died"] * 2


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_death_holds_whose_withdrawal_was_withdrawn_in_whatever_order_that_arrives(
    db: Database, keyring: Keyring, clock: FixedClock, order: tuple[int, ...]
) -> None:
    subject_id = await _one(db, keyring, LIN, clock)
    said = [clock.now() - timedelta(days=days) for days in (3, 2, 1)]
    wrong = life(subject_id, said[1])
    words = [death(subject_id, date(2026, 11, 1), said[0]), wrong, replace(wrong, withdrawn=True, stated_at=said[2])]

    async with db.transaction() as tx:
        for number in order:
            await record_death_word(tx, words[number], clock.now())
        again = [await record_death_word(tx, words[number], clock.now()) for number in order]

    assert (await get_subject(db, subject_id)).died_on == date(2026, 11, 1)
    assert not any(again)


async def test_a_report_that_never_was_leaves_the_death_that_another_reported(
    db: Database, keyring: Keyring, clock: FixedClock
) -> None:
    subject_id = await _one(db, keyring, LIN, clock)
    said = [clock.now() - timedelta(days=days) for days in (3, 2, 1)]
    again = death(subject_id, date(2026, 11, 2), said[1])

    async with db.transaction() as tx:
        await record_death_word(tx, death(subject_id, date(2026, 11, 1), said[0]), clock.now())
        await record_death_word(tx, again, clock.now())
        await record_death_word(tx, replace(again, withdrawn=True, stated_at=said[2]), clock.now())

    assert (await get_subject(db, subject_id)).died_on == date(2026, 11, 1)


@pytest.mark.parametrize("withdrawn_first", [False, True])
async def test_a_wrong_death_is_withdrawn_whichever_report_arrives_first(
    db: Database, keyring: Keyring, clock: FixedClock, withdrawn_first: bool
) -> None:
    subject_id = await _one(db, keyring, LIN, clock)
    reported_at, withdrawn_at = clock.now() - timedelta(days=2), clock.now() - timedelta(days=1)
    reported, wrong = death(subject_id, date(2026, 11, 1), reported_at), life(subject_id, withdrawn_at)

    async with db.transaction() as tx:
        if not withdrawn_first:
            assert await record_death_word(tx, reported, clock.now())
        assert await record_death_word(tx, wrong, clock.now()) is not withdrawn_first
        assert not await record_death_word(tx, reported, clock.now())
        assert not await record_death_word(tx, wrong, clock.now())

    assert (await get_subject(db, subject_id)).died_on is None


async def test_a_death_after_a_withdrawal_holds(db: Database, keyring: Keyring, clock: FixedClock) -> None:
    subject_id = await _one(db, keyring, LIN, clock)

    async with db.transaction() as tx:
        await record_death_word(tx, life(subject_id, clock.now() - timedelta(days=1)), clock.now())
        assert await record_death_word(tx, death(subject_id, date(2026, 11, 20), clock.now()), clock.now())

    assert (await get_subject(db, subject_id)).died_on == date(2026, 11, 20)


async def test_a_move_out_is_recorded_once(db: Database, keyring: Keyring, clock: FixedClock) -> None:
    subject_id = await _one(db, keyring, LIN, clock)

    async with db.transaction() as tx:
        told = [await record_move_out(tx, subject_id, date(2026, 11, 1), clock.now(), clock.now()) for _ in range(2)]

    assert told == [True, False]
    assert await db.fetchval("SELECT payload->>'moved_out_on' FROM events") == "2026-11-01"


@pytest.mark.parametrize("withdrawn_first", [False, True])
async def test_a_move_that_was_reported_wrongly_is_taken_back_in_whatever_order(
    db: Database, keyring: Keyring, clock: FixedClock, withdrawn_first: bool
) -> None:
    subject_id = await _one(db, keyring, LIN, clock)
    reported_at, withdrawn_at = clock.now() - timedelta(hours=2), clock.now() - timedelta(hours=1)

    async with db.transaction() as tx:
        if not withdrawn_first:
            assert await record_move_out(tx, subject_id, date(2026, 11, 1), reported_at, clock.now())
        assert await withdraw_move_out(tx, subject_id, withdrawn_at, clock.now()) is not withdrawn_first
        assert not await record_move_out(tx, subject_id, date(2026, 11, 1), reported_at, clock.now())

    assert (await get_subject(db, subject_id)).moved_out_on is None


async def test_an_organisation_neither_dies_nor_moves(db: Database, keyring: Keyring, clock: FixedClock) -> None:
    subject_id = await _one(db, keyring, RESTAURANT, clock)

    async with db.transaction() as tx:
        assert not await record_death_word(tx, death(subject_id, date(2026, 11, 1), clock.now()), clock.now())
        assert not await record_death_word(tx, life(subject_id, clock.now()), clock.now())
        assert not await record_move_out(tx, subject_id, date(2026, 11, 1), clock.now(), clock.now())

    assert await db.fetchval("SELECT count(*) FROM events") == 0


async def test_nothing_personal_is_logged(
    db: Database, keyring: Keyring, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    await recognise(db, keyring, Identity(holder=LIN, phone="19900001001", level=Level.ADVANCED), clock.now())

    assert all(secret not in caplog.text for secret in (LIN.number, LIN.name, "19900001001"))


def _number(serial: int) -> str:
    body = f"310101{19500101 + serial % 9}{serial:03d}"
    return body + citizen_id_check(body)
