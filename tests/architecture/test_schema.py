"""The schema distributes: owned tables are keyed by their owner, foreign keys are indexed, nothing is triggered."""

from backend.core.db import Database

OWNERS = ("subject_id", "recipient_id")
DIRECTORIES = {
    "subject_directory",
    "feed_directory",
    "push_endpoints",
    "provider_transactions",
    "receipt_directory",
    "payout_directory",
    "entitlement_directory",
    "stop_links",
}
"""Keyed by the number they are asked by; they lead to the owner and hold nothing else of them."""


async def test_keys_of_owned_tables_begin_with_the_owner(db: Database) -> None:
    rows = await db.fetch(
        """SELECT c.relname AS table, i.relname AS index, a.attname AS first
           FROM pg_index x
           JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
           JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
           WHERE x.indisunique
             AND EXISTS (SELECT 1 FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = ANY($1))""",
        list(OWNERS),
    )

    assert {row["table"] for row in rows} >= {"events", "messages", "licences"}
    assert [dict(row) for row in rows if row["first"] not in OWNERS and row["table"] not in DIRECTORIES] == []


async def test_every_foreign_key_has_an_index(db: Database) -> None:
    rows = await db.fetch(
        """SELECT k.conrelid::regclass::text AS table, k.conname AS key
           FROM pg_constraint k
           WHERE k.contype = 'f'
             AND NOT EXISTS (SELECT 1 FROM pg_index x
                             WHERE x.indrelid = k.conrelid
                               AND (x.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)"""
    )

    assert [dict(row) for row in rows] == []


async def test_there_are_no_triggers_and_no_functions_of_ours(db: Database) -> None:
    assert await db.fetchval("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal") == 0
    assert (
        await db.fetchval(
            """SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
               WHERE n.nspname = 'public'
                 AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""
        )
        == 0
    )
