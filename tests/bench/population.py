"""A city's licences by the million, put straight into the tables: spread over types and years, and some due today."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import asyncpg

from backend.city.city import City
from backend.city.rules import Anchor
from backend.matching.candidates import anchors
from backend.matching.rulebook import Rulebook

DUE = 10_000
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai

_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
_LICENCES_EACH = 5

# Ids are ordered in time, as the application makes them, and every second resident has a browser subscribed. Nobody is
# born on a 20th, so that no rule about birthdays finds more people among more.
_FUNCTION = """
CREATE FUNCTION id_of(n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql RETURN
    (lpad(to_hex(1700000000000 + n), 12, '0') || '7000' || '8000' || lpad(to_hex(n), 12, '0'))::uuid"""
_RESIDENTS = """
INSERT INTO subjects (subject_id, kind, key_id, number_enc, name_enc, born_on, created_at, updated_at)
SELECT id_of(n), 'person', 'k', '\\x00', '\\x00',
       make_date(1950 + (n % 55)::int, 1 + (n / 55 % 12)::int, 1 + (n / 660 % 19)::int), $2, $2
FROM generate_series(1, $1::bigint) AS n"""
_BROWSERS = """
INSERT INTO push_subscriptions (recipient_id, endpoint_hash, endpoint, p256dh, auth, vapid_key_id, created_at,
                                updated_at)
SELECT id_of(n), sha256(n::text::bytea), 'https://web.push.apple.com/' || md5(n::text) || md5((-n)::text),
       decode(repeat('04', 65), 'hex'), decode(repeat('aa', 16), 'hex'), 'k', $3, $3
FROM generate_series(1, $1::bigint) AS n WHERE (n / $2::bigint) % 2 = 0"""
_KINDS = """
CREATE TABLE kinds AS SELECT number, code, rungs::int[], spoken_of::int[]
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS k (code, rungs, spoken_of, number)"""
# Some types are far more common than others; one licence in seven has no end, one in thirty is not valid any more.
_LICENCES = """
INSERT INTO licences (subject_id, licence_id, licence_type, department_id, source_id, key_id, number_enc, issued_on,
                      valid_from, expires_on, declared_status, changed_at)
SELECT id_of((n - 1) / $2 + 1), id_of(n), k.code, 'police', n::text, 'k', '\\x00', '2010-01-01', '2010-01-01',
       CASE WHEN n % 7 = 0 THEN NULL
            WHEN day = ANY (k.spoken_of) THEN $3::date + 400 + (n % 3000)::int
            ELSE $3::date + day END,
       CASE WHEN n % 30 = 0 THEN 'revoked' ELSE 'valid' END, $4
FROM (SELECT n, (random() * 4000)::int - 350 AS day,
             1 + floor(power(random(), 2) * (SELECT count(*) FROM kinds))::bigint AS number
      FROM generate_series(1, $1::bigint) AS n) AS drawn
JOIN kinds AS k USING (number)"""
_DUE = """
INSERT INTO licences (subject_id, licence_id, licence_type, department_id, source_id, key_id, number_enc, issued_on,
                      valid_from, expires_on, declared_status, changed_at)
SELECT id_of((n - 1) * $2::bigint + 1), id_of($3::bigint + n), k.code, 'police', 'due ' || n, 'k', '\\x00',
       '2010-01-01', '2010-01-01', $4::date + k.rungs[1 + n % cardinality(k.rungs)], 'valid', $5
FROM generate_series(1, $1::bigint) AS n JOIN kinds AS k ON k.number = 1 + n % (SELECT count(*) FROM kinds)"""


async def populate(connection: "asyncpg.Connection[asyncpg.Record]", licences: int, city: City) -> None:
    """Fills a migrated database; exactly DUE licences of as many residents reach a rung on TODAY."""
    kinds = [kind for kind in city.licence_types.values() if kind.reminder_rungs]
    spoken_of = _spoken_of(city)
    residents = licences // _LICENCES_EACH
    apart = residents // DUE
    due_index = await connection.fetchval("SELECT pg_get_indexdef('licences_due'::regclass)")
    await connection.execute("DROP INDEX licences_due")  # made anew at the end: faster than row by row
    await connection.execute(
        "SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SELECT setseed(0.5)"
    )
    await connection.execute(_FUNCTION)
    await connection.execute(
        _KINDS,
        [kind.code for kind in kinds],
        [_array(kind.reminder_rungs) for kind in kinds],
        [_array(spoken_of[kind.code]) for kind in kinds],
    )
    await connection.execute(_RESIDENTS, residents, _LONG_AGO)
    await connection.execute(_BROWSERS, residents, apart, _LONG_AGO)
    await connection.execute(_LICENCES, licences - DUE, _LICENCES_EACH, TODAY, _LONG_AGO)
    await connection.execute(_DUE, DUE, apart, licences, TODAY, _LONG_AGO)
    await connection.execute(due_index)
    await connection.execute("VACUUM (ANALYZE) subjects, licences, push_subscriptions")


def _spoken_of(city: City) -> dict[str, set[int]]:
    """Of each licence type the days from TODAY on whose expiry some rule speaks of on TODAY."""
    book = Rulebook(city, {})
    found: dict[str, set[int]] = defaultdict(set)
    for rule in book.rules.values():
        if rule.anchor is Anchor.EXPIRY:
            found[rule.key] |= {(day - TODAY).days for day in anchors(book, rule, TODAY - timedelta(days=1), TODAY)}
    return found


def _array(rungs: Iterable[int]) -> str:
    return "{" + ",".join(map(str, rungs)) + "}"
