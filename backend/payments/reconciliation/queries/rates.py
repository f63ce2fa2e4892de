"""Statements on what channels may charge."""

from datetime import date

from backend.core.db import Database, Queryable
from backend.payments.reconciliation.models import DayKey


async def find_rate(conn: Queryable, key: DayKey) -> int | None:
    """Millionths, as agreed for this day; None where nobody has said."""
    rate: int | None = await conn.fetchval(
        """SELECT rate_ppm FROM agreed_rates WHERE channel = $1 AND merchant = $2 AND valid_from <= $3
           ORDER BY valid_from DESC LIMIT 1""",
        key.channel,
        key.merchant,
        key.day,
    )
    return rate


async def upsert_rate(db: Database, channel: str, merchant: str, valid_from: date, rate_ppm: int) -> None:
    await db.execute(
        """INSERT INTO agreed_rates (channel, merchant, valid_from, rate_ppm) VALUES ($1, $2, $3, $4)
           ON CONFLICT (channel, merchant, valid_from) DO UPDATE SET rate_ppm = excluded.rate_ppm""",
        channel,
        merchant,
        valid_from,
        rate_ppm,
    )
