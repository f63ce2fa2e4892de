"""What is known of thousands at a time: six statements, whatever their number."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.core.db import Queryable, Tx, structs
from backend.matching.models import AnswerFact, BillFact, EventFact, Known, LicenceFact
from notifications.consents import list_refusing

_decode_facts = msgspec.json.Decoder(dict[str, str]).decode


class _Subject(Struct, frozen=True):
    subject_id: UUID
    is_person: bool
    changed_at: datetime
    born_on: date | None
    died_on: date | None
    moved_out_on: date | None
    is_represented: bool


async def list_known(conn: Queryable, subject_ids: Sequence[UUID]) -> list[Known]:
    """In the order of their ids; subjects that do not exist are left out."""
    licences, events, bills, answers = (
        await _licences(conn, subject_ids),
        await _events(conn, subject_ids),
        await _bills(conn, subject_ids),
        await _answers(conn, subject_ids),
    )
    refusing = await list_refusing(conn, subject_ids)
    return [
        Known(
            subject_id=subject.subject_id,
            is_person=subject.is_person,
            changed_at=subject.changed_at,
            born_on=subject.born_on,
            died_on=subject.died_on,
            moved_out_on=subject.moved_out_on,
            licences=tuple(licences[subject.subject_id]),
            events=tuple(events[subject.subject_id]),
            bills=tuple(bills[subject.subject_id]),
            answers=tuple(answers[subject.subject_id]),
            refuses=subject.subject_id in refusing,
            is_represented=subject.is_represented,
        )
        for subject in await _subjects(conn, subject_ids)
    ]


async def lock_subjects(tx: Tx, subject_ids: Sequence[UUID]) -> None:
    """The rules look at one person in one place at a time; feeds go on meanwhile. Sorted: none wait in a circle."""
    await tx.execute(
        "SELECT FROM subjects WHERE subject_id = ANY($1::uuid[]) ORDER BY subject_id FOR NO KEY UPDATE", subject_ids
    )


async def _subjects(conn: Queryable, subject_ids: Sequence[UUID]) -> list[_Subject]:
    rows = await conn.fetch(
        """SELECT subject_id, kind = 'person' AS is_person, updated_at AS changed_at, born_on, died_on, moved_out_on,
                  EXISTS (SELECT FROM mandates m WHERE m.subject_id = s.subject_id) AS is_represented
           FROM subjects s WHERE subject_id = ANY($1::uuid[]) ORDER BY subject_id""",
        subject_ids,
    )
    return structs(_Subject, rows)


async def _licences(conn: Queryable, subject_ids: Sequence[UUID]) -> dict[UUID, list[LicenceFact]]:
    rows = await conn.fetch(
        """SELECT subject_id, licence_id, licence_type, department_id, issued_on, expires_on, status, renewal_filed_on,
                  changed_at
           FROM known_licences WHERE subject_id = ANY($1::uuid[]) ORDER BY subject_id, licence_id""",
        subject_ids,
    )
    found = defaultdict(list)
    for subject_id, *facts in rows:
        found[subject_id].append(LicenceFact(*facts))
    return found


async def _events(conn: Queryable, subject_ids: Sequence[UUID]) -> dict[UUID, list[EventFact]]:
    rows = await conn.fetch(
        """SELECT subject_id, report_id, event_type, department_id, happened_on, facts::text, changed_at
           FROM life_events WHERE subject_id = ANY($1::uuid[]) AND NOT withdrawn ORDER BY subject_id, report_id""",
        subject_ids,
    )
    found = defaultdict(list)
    for subject_id, report_id, event_type, department_id, happened_on, facts, changed_at in rows:
        decoded = _decode_facts(facts)
        found[subject_id].append(EventFact(report_id, event_type, department_id, happened_on, decoded, changed_at))
    return found


async def _bills(conn: Queryable, subject_ids: Sequence[UUID]) -> dict[UUID, list[BillFact]]:
    rows = await conn.fetch(
        """SELECT subject_id, bill_id, fee_code, department_id, amount_fen, due_on, state, changed_at
           FROM known_bills WHERE subject_id = ANY($1::uuid[]) ORDER BY subject_id, bill_id""",
        subject_ids,
    )
    found = defaultdict(list)
    for subject_id, *facts in rows:
        found[subject_id].append(BillFact(*facts))
    return found


async def _answers(conn: Queryable, subject_ids: Sequence[UUID]) -> dict[UUID, list[AnswerFact]]:
    rows = await conn.fetch(
        """SELECT subject_id, rule, cause_id, answer
           FROM known_answers WHERE subject_id = ANY($1::uuid[]) ORDER BY subject_id, rule, cause_id""",
        subject_ids,
    )
    found = defaultdict(list)
    for subject_id, *facts in rows:
        found[subject_id].append(AnswerFact(*facts))
    return found
