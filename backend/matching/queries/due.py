"""Who has something that comes due: streams of subjects in their order, each read straight from an index.

`fresh` are the dates that have come due since the last completed sweep; of the other `dates` only what was learnt of
since (`known_since`) counts. Without an earlier sweep (None) everything was just learnt of.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

from backend.city.rules import Anchor
from backend.core.db import Tx

_PREFETCH = 2_000

Stream: TypeAlias = Callable[[Tx, Sequence[str], Sequence[date], Sequence[date], datetime | None], AsyncIterator[UUID]]


async def list_by_expiry(
    tx: Tx, keys: Sequence[str], dates: Sequence[date], fresh: Sequence[date], known_since: datetime | None
) -> AsyncIterator[UUID]:
    async for row in tx.cursor(
        """SELECT subject_id FROM known_licences
           WHERE licence_type = ANY($1::text[]) AND expires_on = ANY($2::date[])
             AND (expires_on = ANY($3::date[]) OR $4::timestamptz IS NULL OR changed_at >= $4)
           ORDER BY subject_id""",
        keys, dates, fresh, known_since, prefetch=_PREFETCH,
    ):  # fmt: skip
        yield row["subject_id"]


async def list_by_issue(
    tx: Tx, keys: Sequence[str], dates: Sequence[date], fresh: Sequence[date], known_since: datetime | None
) -> AsyncIterator[UUID]:
    async for row in tx.cursor(
        """SELECT subject_id FROM known_licences
           WHERE licence_type = ANY($1::text[]) AND issued_on = ANY($2::date[])
             AND (issued_on = ANY($3::date[]) OR $4::timestamptz IS NULL OR changed_at >= $4)
           ORDER BY subject_id""",
        keys, dates, fresh, known_since, prefetch=_PREFETCH,
    ):  # fmt: skip
        yield row["subject_id"]


async def list_by_event(
    tx: Tx, keys: Sequence[str], dates: Sequence[date], fresh: Sequence[date], known_since: datetime | None
) -> AsyncIterator[UUID]:
    async for row in tx.cursor(
        """SELECT subject_id FROM life_events
           WHERE event_type = ANY($1::text[]) AND happened_on = ANY($2::date[]) AND NOT withdrawn
             AND (happened_on = ANY($3::date[]) OR $4::timestamptz IS NULL OR changed_at >= $4)
           ORDER BY subject_id""",
        keys, dates, fresh, known_since, prefetch=_PREFETCH,
    ):  # fmt: skip
        yield row["subject_id"]


async def list_by_bill(
    tx: Tx, keys: Sequence[str], dates: Sequence[date], fresh: Sequence[date], known_since: datetime | None
) -> AsyncIterator[UUID]:
    async for row in tx.cursor(
        """SELECT subject_id FROM known_bills
           WHERE (fee_code = ANY($1::text[]) OR '*' = ANY($1::text[])) AND due_on = ANY($2::date[])
             AND (due_on = ANY($3::date[]) OR $4::timestamptz IS NULL OR changed_at >= $4)
           ORDER BY subject_id""",
        keys, dates, fresh, known_since, prefetch=_PREFETCH,
    ):  # fmt: skip
        yield row["subject_id"]


async def list_by_birthday(
    tx: Tx, _keys: Sequence[str], dates: Sequence[date], fresh: Sequence[date], known_since: datetime | None
) -> AsyncIterator[UUID]:
    async for row in tx.cursor(
        """SELECT subject_id FROM subjects
           WHERE born_on = ANY($1::date[])
             AND (born_on = ANY($2::date[]) OR $3::timestamptz IS NULL OR updated_at >= $3)
           ORDER BY subject_id""",
        dates, fresh, known_since, prefetch=_PREFETCH,
    ):  # fmt: skip
        yield row["subject_id"]


async def list_holders(
    tx: Tx, keys: Sequence[str], _dates: Sequence[date], fresh: Sequence[date], known_since: datetime | None
) -> AsyncIterator[UUID]:
    """For days of the year: everybody who holds such a licence, on the days the rule comes due."""
    async for row in tx.cursor(
        """SELECT DISTINCT subject_id FROM known_licences
           WHERE licence_type = ANY($1::text[]) AND status = 'valid'
             AND ($2 OR $3::timestamptz IS NULL OR changed_at >= $3)
           ORDER BY subject_id""",
        keys, bool(fresh), known_since, prefetch=_PREFETCH,
    ):  # fmt: skip
        yield row["subject_id"]


async def list_left(tx: Tx) -> AsyncIterator[UUID]:
    """Whom somebody has left to the sweep, whatever the dates."""
    async for row in tx.cursor("SELECT subject_id FROM left_to_sweep ORDER BY subject_id", prefetch=_PREFETCH):
        yield row["subject_id"]


STREAMS: Mapping[Anchor, Stream] = {
    Anchor.EXPIRY: list_by_expiry,
    Anchor.ISSUE: list_by_issue,
    Anchor.EVENT: list_by_event,
    Anchor.BILL: list_by_bill,
    Anchor.BIRTHDAY: list_by_birthday,
    Anchor.CALENDAR: list_holders,
}
