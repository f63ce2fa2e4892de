"""Statements on the files that came, and on the pieces they are kept in."""

from datetime import date, datetime
from uuid import UUID

from backend.core.db import Queryable, Tx, many, maybe
from backend.payments.reconciliation.models import DayKey, StatementFile


async def find_file(conn: Queryable, key: DayKey, sha256: bytes) -> StatementFile | None:
    return await maybe(
        conn,
        StatementFile,
        """SELECT statement_id, channel, merchant, bill_type, day, revision, sha256, bytes, origin, received_at, state,
                  problem
           FROM statements WHERE channel = $1 AND merchant = $2 AND bill_type = $3 AND day = $4 AND sha256 = $5""",
        key.channel,
        key.merchant,
        key.bill_type,
        key.day,
        sha256,
    )


async def find_file_by_id(conn: Queryable, statement_id: UUID) -> StatementFile | None:
    return await maybe(
        conn,
        StatementFile,
        """SELECT statement_id, channel, merchant, bill_type, day, revision, sha256, bytes, origin, received_at, state,
                  problem
           FROM statements WHERE statement_id = $1""",
        statement_id,
    )


async def find_settled_before(conn: Queryable, day: date) -> StatementFile | None:
    """The oldest file whose rows are kept, of a day before this one that is done and of which nothing is open."""
    return await maybe(
        conn,
        StatementFile,
        """SELECT s.statement_id, s.channel, s.merchant, s.bill_type, s.day, s.revision, s.sha256, s.bytes, s.origin,
                  s.received_at, s.state, s.problem
           FROM statements s
           JOIN reconciled_days d ON d.channel = s.channel AND d.merchant = s.merchant AND d.bill_type = s.bill_type
                AND d.day = s.day
           WHERE s.state = 'read' AND s.day < $1 AND d.state = 'done'
             AND NOT EXISTS (SELECT 1 FROM statement_differences f
                             WHERE f.channel = s.channel AND f.merchant = s.merchant AND f.day = s.day
                               AND f.state IN ('waiting', 'open', 'reappeared'))
           ORDER BY s.day, s.statement_id LIMIT 1""",
        day,
    )


async def list_files(conn: Queryable, key: DayKey) -> list[StatementFile]:
    """Newest first."""
    return await many(
        conn,
        StatementFile,
        """SELECT statement_id, channel, merchant, bill_type, day, revision, sha256, bytes, origin, received_at, state,
                  problem
           FROM statements WHERE channel = $1 AND merchant = $2 AND bill_type = $3 AND day = $4
           ORDER BY revision DESC LIMIT 50""",
        key.channel,
        key.merchant,
        key.bill_type,
        key.day,
    )


async def insert_file(
    tx: Tx,
    key: DayKey,
    statement_id: UUID,
    sha256: bytes,
    size: int,
    origin: str,
    imported_by: UUID | None,
    now: datetime,
) -> int:
    """As the day's next revision, whose number is returned; the day is locked by the caller."""
    revision: int = await tx.fetchval(
        """INSERT INTO statements (statement_id, channel, merchant, bill_type, day, sha256, bytes, origin, imported_by,
                                   received_at, state, revision)
           SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'kept',
                  1 + coalesce((SELECT max(revision) FROM statements
                                WHERE channel = $2 AND merchant = $3 AND bill_type = $4 AND day = $5), 0)
           RETURNING revision""",
        statement_id,
        key.channel,
        key.merchant,
        key.bill_type,
        key.day,
        sha256,
        size,
        origin,
        imported_by,
        now,
    )
    return revision


async def update_read(tx: Tx, statement_id: UUID, totals: str) -> None:
    await tx.execute(
        "UPDATE statements SET state = 'read', problem = NULL, totals = $2::jsonb WHERE statement_id = $1",
        statement_id,
        totals,
    )


async def update_refused(tx: Tx, statement_id: UUID, problem: str) -> None:
    await tx.execute(
        "UPDATE statements SET state = 'refused', problem = $2, totals = NULL WHERE statement_id = $1",
        statement_id,
        problem,
    )


async def get_totals(conn: Queryable, statement_id: UUID) -> str:
    """As JSON. Raises LookupError unless the file has been read."""
    totals: str | None = await conn.fetchval(
        "SELECT totals::text FROM statements WHERE statement_id = $1 AND state = 'read'", statement_id
    )
    if totals is None:
        raise LookupError("not read yet")
    return totals


async def insert_piece(tx: Tx, statement_id: UUID, piece_no: int, key_id: str, sealed: bytes) -> None:
    await tx.execute(
        "INSERT INTO statement_pieces (statement_id, piece_no, key_id, sealed) VALUES ($1, $2, $3, $4)",
        statement_id,
        piece_no,
        key_id,
        sealed,
    )


async def find_piece(conn: Queryable, statement_id: UUID, piece_no: int) -> tuple[str, bytes] | None:
    """The key it is sealed with, and the piece."""
    row = await conn.fetchrow(
        "SELECT key_id, sealed FROM statement_pieces WHERE statement_id = $1 AND piece_no = $2", statement_id, piece_no
    )
    return None if row is None else (row["key_id"], row["sealed"])


async def update_kept(tx: Tx, statement_id: UUID) -> None:
    """To be read again."""
    await tx.execute(
        "UPDATE statements SET state = 'kept', problem = NULL, totals = NULL WHERE statement_id = $1", statement_id
    )
