"""Files of bills in Postgres: in pieces, deflated and sealed, so that neither size nor content is a worry."""

import asyncio
import hashlib
import zlib
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from backend.core.crypto import Keyring
from backend.core.db import Database, Queryable, Tx
from backend.core.ids import uuid7
from backend.payments.reconciliation.alone import TAKEN_OVER_AFTER
from backend.payments.reconciliation.models import DayKey, DayState, Imported, Origin
from backend.payments.reconciliation.queries import days, files

_PIECE = 1024 * 1024


async def keep_file(
    db: Database,
    keyring: Keyring,
    key: DayKey,
    raw: bytes,
    origin: Origin,
    now: datetime,
    *,
    imported_by: UUID | None = None,
) -> Imported:
    """Keeps a day's bill as it came, once: the very same file again changes nothing, another one is a revision."""
    sha256 = hashlib.sha256(raw).digest()
    await days.insert_day(db, key, now)
    async with db.transaction() as tx:
        day = await days.lock_day(tx, key)
        known = await files.find_file(tx, key, sha256)
        if known is not None:
            return Imported(statement_id=known.statement_id, revision=known.revision, is_new=False)
        statement_id = uuid7()
        revision = await files.insert_file(tx, key, statement_id, sha256, len(raw), origin, imported_by, now)
        for piece_no, piece in enumerate(_pieces(raw)):
            sealed = await asyncio.to_thread(_sealed, keyring, statement_id, piece_no, piece)
            await files.insert_piece(tx, statement_id, piece_no, keyring.current, sealed)
        await days.update_begun(tx, key, DayState.MATCHING, day.statement_id, now + TAKEN_OVER_AFTER)
    return Imported(statement_id=statement_id, revision=revision, is_new=True)


async def read_file(conn: Queryable, keyring: Keyring, statement_id: UUID) -> bytes:
    """The file as it came; raises InvalidTag where its pieces are not what was put there."""
    pieces: list[bytes] = []
    while found := await files.find_piece(conn, statement_id, len(pieces)):
        pieces.append(await asyncio.to_thread(_opened, keyring, statement_id, len(pieces), *found))
    return b"".join(pieces)


async def reread_refused(tx: Tx, key: DayKey) -> None:
    """Lets the newest file of a day be read once more that was refused: the reader may have learnt meanwhile."""
    newest = next(iter(await files.list_files(tx, key)), None)
    if newest is not None and newest.problem is not None:
        await files.update_kept(tx, newest.statement_id)


def _pieces(raw: bytes) -> Iterator[memoryview]:
    whole = memoryview(raw)
    for start in range(0, len(raw), _PIECE):
        yield whole[start : start + _PIECE]


def _sealed(keyring: Keyring, statement_id: UUID, piece_no: int, piece: memoryview) -> bytes:
    return keyring.seal_bytes(zlib.compress(piece, 6), context=_context(statement_id, piece_no))


def _opened(keyring: Keyring, statement_id: UUID, piece_no: int, key_id: str, sealed: bytes) -> bytes:
    return zlib.decompress(keyring.open_bytes(key_id, sealed, context=_context(statement_id, piece_no)))


def _context(statement_id: UUID, piece_no: int) -> bytes:
    return statement_id.bytes + piece_no.to_bytes(4, "big")
