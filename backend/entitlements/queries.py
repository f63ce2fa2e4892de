"""Statements on answers to entitlements."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.core.db import Queryable, Tx, many, maybe
from backend.core.ids import uuid7
from backend.entitlements.models import Act, Answered


async def find_answer(conn: Queryable, subject_id: UUID, rule: str, cause_id: str) -> Answered | None:
    return await maybe(
        conn,
        Answered,
        """SELECT subject_id, rule, cause_id, occasion, answer_no, answer, answered_by, answered_at, payee_id,
                  payout_no, lost_at, settled_at
           FROM entitlement_answers WHERE subject_id = $1 AND rule = $2 AND cause_id = $3""",
        subject_id,
        rule,
        cause_id,
    )


async def lock_answer(tx: Tx, subject_id: UUID, rule: str, cause_id: str) -> Answered | None:
    return await maybe(
        tx,
        Answered,
        """SELECT subject_id, rule, cause_id, occasion, answer_no, answer, answered_by, answered_at, payee_id,
                  payout_no, lost_at, settled_at
           FROM entitlement_answers WHERE subject_id = $1 AND rule = $2 AND cause_id = $3 FOR UPDATE""",
        subject_id,
        rule,
        cause_id,
    )


async def is_held(conn: Queryable, subject_id: UUID, rule: str) -> bool:
    """Whether a payout by this rule, whatever its cause, is being looked into."""
    found = await conn.fetchval(
        """SELECT EXISTS (SELECT 1 FROM entitlement_answers
                          WHERE subject_id = $1 AND rule = $2 AND lost_at IS NOT NULL AND settled_at IS NULL)""",
        subject_id,
        rule,
    )
    return bool(found)


async def list_answers(conn: Queryable, reader_id: UUID, subject_ids: Sequence[UUID], limit: int) -> list[Answered]:
    """What was answered for one of these, or paid to this reader; the newest first."""
    return await many(
        conn,
        Answered,
        """SELECT subject_id, rule, cause_id, occasion, answer_no, answer, answered_by, answered_at, payee_id,
                  payout_no, lost_at, settled_at
           FROM entitlement_answers WHERE subject_id = ANY($2::uuid[]) OR payee_id = $1
           ORDER BY answered_at DESC, answer_no LIMIT $3""",
        reader_id,
        subject_ids,
        limit,
    )


async def insert_answer(tx: Tx, answered: Answered) -> None:
    await tx.execute(
        """INSERT INTO entitlement_answers (subject_id, rule, cause_id, occasion, answer_no, answer, answered_by,
                                            answered_at, payee_id, payout_no)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        answered.subject_id,
        answered.rule,
        answered.cause_id,
        answered.occasion,
        answered.answer_no,
        answered.answer,
        answered.answered_by,
        answered.answered_at,
        answered.payee_id,
        answered.payout_no,
    )


async def insert_directory(tx: Tx, answer_no: str, subject_id: UUID) -> None:
    await tx.execute("INSERT INTO entitlement_directory (answer_no, subject_id) VALUES ($1, $2)", answer_no, subject_id)


async def lock_by_number(tx: Tx, answer_no: str) -> Answered | None:
    """By the number that people tell."""
    return await maybe(
        tx,
        Answered,
        """SELECT a.subject_id, a.rule, a.cause_id, a.occasion, a.answer_no, a.answer, a.answered_by, a.answered_at,
                  a.payee_id, a.payout_no, a.lost_at, a.settled_at
           FROM entitlement_directory d
           JOIN entitlement_answers a ON a.subject_id = d.subject_id AND a.answer_no = d.answer_no
           WHERE d.answer_no = $1 FOR UPDATE OF a""",
        answer_no,
    )


async def update_payout(tx: Tx, answered: Answered, payee_id: UUID, payout_no: str) -> None:
    await tx.execute(
        """UPDATE entitlement_answers SET payee_id = $4, payout_no = $5
           WHERE subject_id = $1 AND rule = $2 AND cause_id = $3""",
        answered.subject_id,
        answered.rule,
        answered.cause_id,
        payee_id,
        payout_no,
    )


async def update_lost(tx: Tx, subject_id: UUID, rule: str, occasion: str, now: datetime) -> str | None:
    """Its cause, where it was confirmed and this is news."""
    cause_id: str | None = await tx.fetchval(
        """UPDATE entitlement_answers SET lost_at = $4
           WHERE subject_id = $1 AND rule = $2 AND occasion = $3 AND answer = 'confirmed' AND lost_at IS NULL
           RETURNING cause_id""",
        subject_id,
        rule,
        occasion,
        now,
    )
    return cause_id


async def update_settled(tx: Tx, answered: Answered, now: datetime) -> None:
    await tx.execute(
        """UPDATE entitlement_answers SET settled_at = $4
           WHERE subject_id = $1 AND rule = $2 AND cause_id = $3""",
        answered.subject_id,
        answered.rule,
        answered.cause_id,
        now,
    )


async def delete_answer(tx: Tx, answered: Answered) -> None:
    await tx.execute(
        "DELETE FROM entitlement_answers WHERE subject_id = $1 AND rule = $2 AND cause_id = $3",
        answered.subject_id,
        answered.rule,
        answered.cause_id,
    )


async def insert_act(
    tx: Tx,
    subject_id: UUID,
    rule: str,
    cause_id: str,
    act: Act,
    now: datetime,
    *,
    person_id: UUID | None = None,
    operator_id: UUID | None = None,
    reason: str | None = None,
) -> None:
    await tx.execute(
        """INSERT INTO entitlement_acts (subject_id, act_id, rule, cause_id, act, person_id, operator_id, reason, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        subject_id,
        uuid7(),
        rule,
        cause_id,
        act,
        person_id,
        operator_id,
        reason,
        now,
    )


async def list_lost(conn: Queryable, limit: int) -> list[Answered]:
    """Confirmed, and their cause has turned out not to be; the oldest first."""
    return await many(
        conn,
        Answered,
        """SELECT subject_id, rule, cause_id, occasion, answer_no, answer, answered_by, answered_at, payee_id,
                  payout_no, lost_at, settled_at
           FROM entitlement_answers WHERE lost_at IS NOT NULL AND settled_at IS NULL
           ORDER BY lost_at, answer_no LIMIT $1""",
        limit,
    )
