"""The statements on licences."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from backend.core.clock import local_date
from backend.core.db import Database, Queryable, Tx, many, maybe
from backend.departments.models import Entry
from backend.licences.models import Status
from backend.licences.states import State


class LicenceRow(NamedTuple):
    """A declared licence as it is written; the columns of `upsert_licences` in order."""

    subject_id: UUID
    licence_id: UUID
    licence_type: str
    source_id: str
    number_enc: bytes
    identifier_enc: bytes | None
    face_enc: bytes | None
    version: int | None
    issued_on: date
    valid_from: date
    expires_on: date | None
    declared_status: str
    supersedes: str | None


class SealedLicence(Struct, frozen=True):
    licence_id: UUID
    licence_type: str
    key_id: str
    number_enc: bytes
    identifier_enc: bytes | None
    face_enc: bytes | None
    version: int | None
    issued_on: date
    valid_from: date
    expires_on: date | None
    status: str
    renewal_filed_on: date | None


async def list_states(tx: Tx, entries: Sequence[Entry]) -> dict[UUID, State]:
    """Type, declared status and expiry by licence; every entry has its licence."""
    rows = await tx.fetch(
        """SELECT l.licence_id, l.licence_type, l.declared_status, l.expires_on
           FROM unnest($1::uuid[], $2::uuid[]) AS wanted (subject_id, licence_id)
           JOIN licences l ON l.subject_id = wanted.subject_id AND l.licence_id = wanted.licence_id""",
        [entry.subject_id for entry in entries],
        [entry.object_id for entry in entries],
    )
    return {row[0]: State(row[1], Status(row[2]), row[3]) for row in rows}


async def upsert_licences(tx: Tx, rows: Sequence[LicenceRow], key_id: str, department_id: str, now: datetime) -> None:
    """Where a known expiry changes, `renewed_on` becomes today: what had been filed until then is over."""
    await tx.execute(
        """INSERT INTO licences AS l
               (subject_id, licence_id, licence_type, source_id, number_enc, identifier_enc, face_enc, version,
                issued_on, valid_from, expires_on, declared_status, supersedes, department_id, key_id, changed_at)
           SELECT subject_id, licence_id, licence_type, source_id, number_enc, identifier_enc, face_enc, version,
                  issued_on, valid_from, expires_on, declared_status, supersedes, $14, $15, $16
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::bytea[],
                       $8::smallint[], $9::date[], $10::date[], $11::date[], $12::text[], $13::text[])
                AS t (subject_id, licence_id, licence_type, source_id, number_enc, identifier_enc, face_enc, version,
                      issued_on, valid_from, expires_on, declared_status, supersedes)
           ON CONFLICT (subject_id, licence_id) DO UPDATE SET
               number_enc = excluded.number_enc, identifier_enc = excluded.identifier_enc, face_enc = excluded.face_enc,
               key_id = excluded.key_id, version = excluded.version, issued_on = excluded.issued_on,
               valid_from = excluded.valid_from, expires_on = excluded.expires_on,
               declared_status = excluded.declared_status, supersedes = excluded.supersedes,
               renewed_on = CASE WHEN l.expires_on IS DISTINCT FROM excluded.expires_on
                                 THEN $17 ELSE l.renewed_on END,
               changed_at = CASE WHEN (l.expires_on, l.declared_status)
                                      IS DISTINCT FROM (excluded.expires_on, excluded.declared_status)
                                 THEN excluded.changed_at ELSE l.changed_at END""",
        *zip(*rows, strict=True),
        department_id,
        key_id,
        now,
        local_date(now),
    )


async def update_superseded(tx: Tx, subject_ids: Sequence[UUID], single_types: Sequence[str], now: datetime) -> None:
    """Decides again, for all licences of these subjects, which has a successor: the one whose `supersedes` names it,
    or, for types of which a holder has only one, the one issued last. The order of arrival does not matter.
    """
    await tx.execute(
        """WITH mine AS MATERIALIZED (
               SELECT l.subject_id, l.licence_id, l.licence_type, l.department_id, l.source_id, l.supersedes,
                      l.issued_on, l.expires_on, l.superseded_by
               FROM unnest($1::uuid[]) AS touched (subject_id) JOIN licences l ON l.subject_id = touched.subject_id),
           named AS (
               SELECT DISTINCT ON (old.subject_id, old.licence_id)
                      old.subject_id, old.licence_id, new.licence_id AS successor
               FROM mine new JOIN mine old ON old.subject_id = new.subject_id AND old.department_id = new.department_id
                                          AND old.source_id = new.supersedes AND old.licence_id <> new.licence_id
               ORDER BY old.subject_id, old.licence_id, new.issued_on DESC, new.source_id DESC),
           newest AS (
               SELECT subject_id, licence_id,
                      first_value(licence_id) OVER (
                          PARTITION BY subject_id, licence_type
                          ORDER BY issued_on DESC, coalesce(expires_on, 'infinity') DESC, department_id, source_id DESC
                      ) AS successor
               FROM mine WHERE licence_type = ANY($2::text[])),
           decided AS (
               SELECT mine.subject_id, mine.licence_id,
                      coalesce(named.successor, nullif(newest.successor, mine.licence_id)) AS successor
               FROM mine
               LEFT JOIN named ON named.subject_id = mine.subject_id AND named.licence_id = mine.licence_id
               LEFT JOIN newest ON newest.subject_id = mine.subject_id AND newest.licence_id = mine.licence_id
               WHERE mine.superseded_by
                     IS DISTINCT FROM coalesce(named.successor, nullif(newest.successor, mine.licence_id)))
           UPDATE licences l SET superseded_by = decided.successor, changed_at = $3
           FROM decided
           WHERE l.subject_id = decided.subject_id AND l.licence_id = decided.licence_id""",
        subject_ids,
        single_types,
        now,
    )


async def list_licences(db: Database, subject_id: UUID, limit: int) -> list[SealedLicence]:
    """What a holder carries: without what a newer licence has replaced."""
    return await many(
        db,
        SealedLicence,
        """SELECT licence_id, licence_type, key_id, number_enc, identifier_enc, face_enc, version, issued_on,
                  valid_from, expires_on, status, renewal_filed_on
           FROM licences WHERE subject_id = $1 AND status <> 'superseded'
           ORDER BY expires_on, licence_id LIMIT $2""",
        subject_id,
        limit,
    )


async def find_licence(db: Queryable, subject_id: UUID, licence_id: UUID) -> SealedLicence | None:
    return await maybe(
        db,
        SealedLicence,
        """SELECT licence_id, licence_type, key_id, number_enc, identifier_enc, face_enc, version, issued_on,
                  valid_from, expires_on, status, renewal_filed_on
           FROM licences WHERE subject_id = $1 AND licence_id = $2""",
        subject_id,
        licence_id,
    )


async def update_changed(tx: Tx, subject_id: UUID, now: datetime) -> None:
    await tx.execute("UPDATE licences SET changed_at = $2 WHERE subject_id = $1", subject_id, now)


async def upsert_filed(tx: Tx, subject_id: UUID, licence_type: str, source_id: str, filed_on: date) -> None:
    await tx.execute(
        """INSERT INTO licence_renewals AS r (subject_id, licence_type, source_id, filed_on) VALUES ($1, $2, $3, $4)
           ON CONFLICT (subject_id, licence_type, source_id)
           DO UPDATE SET filed_on = greatest(r.filed_on, excluded.filed_on)""",
        subject_id,
        licence_type,
        source_id,
        filed_on,
    )


async def upsert_closed(tx: Tx, subject_id: UUID, licence_type: str, source_id: str, closed_on: date) -> None:
    await tx.execute(
        """INSERT INTO licence_renewals AS r (subject_id, licence_type, source_id, closed_on) VALUES ($1, $2, $3, $4)
           ON CONFLICT (subject_id, licence_type, source_id)
           DO UPDATE SET closed_on = greatest(r.closed_on, excluded.closed_on)""",
        subject_id,
        licence_type,
        source_id,
        closed_on,
    )


async def update_renewals(tx: Tx, subject_ids: Sequence[UUID], now: datetime) -> None:
    """Decides again which licences of these subjects are being renewed. The order of arrival does not matter.

    The latest filing counts if it came after the licence's present period began and after any closing.
    """
    await tx.execute(
        """WITH latest AS (
               SELECT l.subject_id, l.licence_id, max(r.filed_on) AS filed_on,
                      greatest(l.valid_from, l.renewed_on, max(r.closed_on)) AS over_on
               FROM unnest($1::uuid[]) AS touched (subject_id)
               JOIN licence_renewals r ON r.subject_id = touched.subject_id
               JOIN licences l ON l.subject_id = r.subject_id AND l.licence_type = r.licence_type
                              AND r.source_id IN ('', l.source_id)
               WHERE l.expires_on IS NOT NULL
               GROUP BY l.subject_id, l.licence_id),
           decided AS (
               SELECT subject_id, licence_id, CASE WHEN filed_on > over_on THEN filed_on END AS filed_on FROM latest)
           UPDATE licences l
           SET renewal_filed_on = decided.filed_on,
               changed_at = CASE WHEN decided.filed_on IS NULL THEN $2 ELSE l.changed_at END
           FROM decided
           WHERE l.subject_id = decided.subject_id AND l.licence_id = decided.licence_id
             AND l.renewal_filed_on IS DISTINCT FROM decided.filed_on""",
        subject_ids,
        now,
    )
