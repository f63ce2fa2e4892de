"""Statements on push subscriptions and the directory that tells whose a browser is."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from notifications.models import PushSubscription
from notifications.ports import Conn


async def insert_endpoint(tx: Conn, endpoint_hash: bytes, recipient_id: UUID, now: datetime) -> None:
    await tx.execute(
        """
        INSERT INTO push_endpoints (endpoint_hash, recipient_id, updated_at) VALUES ($1, $2, $3)
        ON CONFLICT (endpoint_hash) DO NOTHING
        """,
        endpoint_hash,
        recipient_id,
        now,
    )


async def lock_endpoint(tx: Conn, endpoint_hash: bytes) -> UUID | None:
    """Whose browser it is, held until the transaction ends: two people cannot take it at once."""
    owner: UUID | None = await tx.fetchval(
        "SELECT recipient_id FROM push_endpoints WHERE endpoint_hash = $1 FOR UPDATE", endpoint_hash
    )
    return owner


async def update_endpoint(tx: Conn, endpoint_hash: bytes, recipient_id: UUID, now: datetime) -> None:
    await tx.execute(
        "UPDATE push_endpoints SET recipient_id = $2, updated_at = $3 WHERE endpoint_hash = $1",
        endpoint_hash,
        recipient_id,
        now,
    )


async def upsert_subscription(tx: Conn, recipient_id: UUID, subscription: PushSubscription, now: datetime) -> None:
    await tx.execute(
        """
        INSERT INTO push_subscriptions (recipient_id, endpoint_hash, endpoint, p256dh, auth, vapid_key_id, created_at,
                                        updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
        ON CONFLICT (recipient_id, endpoint_hash)
        DO UPDATE SET p256dh = $4, auth = $5, vapid_key_id = $6, updated_at = $7
        """,
        recipient_id,
        subscription.endpoint_hash,
        subscription.endpoint,
        subscription.p256dh,
        subscription.auth,
        subscription.vapid_key_id,
        now,
    )


async def delete_subscriptions(tx: Conn, recipient_ids: Sequence[UUID], endpoint_hashes: Sequence[bytes]) -> int:
    rows = await tx.fetch(
        """
        DELETE FROM push_subscriptions AS s
        USING unnest($1::uuid[], $2::bytea[]) AS n (recipient_id, endpoint_hash)
        WHERE s.recipient_id = n.recipient_id AND s.endpoint_hash = n.endpoint_hash
        RETURNING s.endpoint_hash
        """,
        recipient_ids,
        endpoint_hashes,
    )
    return len(rows)


async def delete_endpoints(tx: Conn, recipient_ids: Sequence[UUID], endpoint_hashes: Sequence[bytes]) -> None:
    """Directory entries of these people only: a browser that has changed hands keeps its new owner."""
    await tx.execute(
        """
        DELETE FROM push_endpoints AS e
        USING unnest($1::uuid[], $2::bytea[]) AS n (recipient_id, endpoint_hash)
        WHERE e.recipient_id = n.recipient_id AND e.endpoint_hash = n.endpoint_hash
        """,
        recipient_ids,
        endpoint_hashes,
    )


async def list_endpoint_hashes(conn: Conn, recipient_id: UUID) -> list[bytes]:
    rows = await conn.fetch("SELECT endpoint_hash FROM push_subscriptions WHERE recipient_id = $1", recipient_id)
    return [row["endpoint_hash"] for row in rows]


async def list_surplus(conn: Conn, recipient_id: UUID, newest: bytes, most: int) -> list[bytes]:
    """The browsers of this person beyond the `most` attached last, of which `newest` is one."""
    rows = await conn.fetch(
        """
        SELECT endpoint_hash FROM push_subscriptions WHERE recipient_id = $1
        ORDER BY endpoint_hash = $2 DESC, updated_at DESC, endpoint_hash OFFSET $3
        """,
        recipient_id,
        newest,
        most,
    )
    return [row["endpoint_hash"] for row in rows]


async def count_subscriptions(conn: Conn, recipient_id: UUID) -> int:
    count: int = await conn.fetchval("SELECT count(*) FROM push_subscriptions WHERE recipient_id = $1", recipient_id)
    return count
