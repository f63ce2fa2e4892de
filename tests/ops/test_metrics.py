"""The figures are well-formed and tell what Postgres holds."""

from datetime import timedelta
from uuid import UUID, uuid4

from prometheus_client.parser import text_string_to_metric_families

from backend.core.clock import FixedClock
from backend.core.db import Database
from backend.core.events import Event, record
from notifications.models import Kind, Message, Tab, Wording
from notifications.service import queue
from tests.hall import Hall
from tests.matching.town import settle

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


class SomethingHappened(Event, frozen=True, kw_only=True, tag="tests.something_happened"):
    """A fact nobody handles."""


async def scrape(hall: Hall) -> Samples:
    async with hall.browser() as prometheus:
        answer = await prometheus.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = list(text_string_to_metric_families(answer.text))
    assert len({family.name for family in families}) == len(families)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


async def deliver(db: Database, clock: FixedClock, *, due: timedelta = timedelta(), state: str = "queued") -> None:
    """A message with one SMS delivery, due so long ago."""
    recipient_id, message_id = uuid4(), uuid4()
    wording = Wording(title="驾驶证即将到期", body="请换证。", action="去换证")
    message = Message(
        recipient_id=recipient_id,
        message_id=message_id,
        rule="r",
        occasion="o",
        topic="licence-expiry",
        kind=Kind.REMINDER,
        tab=Tab.REMINDER,
        zh=wording,
        link="/",
        useful_until=clock.now() + timedelta(days=1),
    )
    await queue(db, [message], clock.now())
    await insert_delivery(db, recipient_id, message_id, clock, due, state)


async def insert_delivery(
    db: Database, recipient_id: UUID, message_id: UUID, clock: FixedClock, due: timedelta, state: str
) -> None:
    finished_at = None if state == "queued" else clock.now() - due
    await db.execute(
        """INSERT INTO deliveries (recipient_id, message_id, channel, target, round, state, due_at, finished_at)
           VALUES ($1, $2, 'sms', '', 0, $3, $4, $5)""",
        recipient_id,
        message_id,
        state,
        clock.now() - due,
        finished_at,
    )


async def test_an_idle_hall_waits_for_nothing(hall: Hall) -> None:
    figures = await scrape(hall)

    assert figures["postgres_up", ()] == 1
    for name in (
        "event_backlog_age_seconds",
        "event_handlers_parked",
        "delivery_queue_lag_seconds",
        "delivery_queue_depth",
    ):
        assert figures[name, ()] == 0


async def test_what_waits_is_told_with_its_age(hall: Hall, db: Database, clock: FixedClock) -> None:
    async with db.transaction() as tx:
        await record(tx, [SomethingHappened(subject_id=uuid4())], clock.now() - timedelta(seconds=40))
        await record(tx, [SomethingHappened(subject_id=uuid4())], clock.now() - timedelta(seconds=10))
    await deliver(db, clock, due=timedelta(minutes=3))
    await deliver(db, clock, due=timedelta(minutes=1))
    await deliver(db, clock, due=-timedelta(hours=8))

    figures = await scrape(hall)

    assert figures["event_backlog_age_seconds", ()] == 40
    assert figures["delivery_queue_lag_seconds", ()] == 180
    assert figures["delivery_queue_depth", ()] == 3


async def test_what_was_given_up_on_is_counted(hall: Hall, db: Database, clock: FixedClock) -> None:
    subject_id = uuid4()
    async with db.transaction() as tx:
        await record(tx, [SomethingHappened(subject_id=subject_id)], clock.now())
    await db.execute(
        """INSERT INTO event_handlings (subject_id, event_id, handler, attempts, parked_at)
           SELECT subject_id, event_id, 'licences.tell', 8, $1 FROM events""",
        clock.now(),
    )

    assert (await scrape(hall))["event_handlers_parked", ()] == 1


async def test_deliveries_are_told_by_channel_and_result(hall: Hall, db: Database, clock: FixedClock) -> None:
    for state in ("sent", "sent", "failed"):
        await deliver(db, clock, state=state)
    await deliver(db, clock, due=timedelta(minutes=16), state="sent")

    figures = await scrape(hall)

    assert figures["deliveries_recent", (("channel", "sms"), ("result", "sent"))] == 2
    assert figures["deliveries_recent", (("channel", "sms"), ("result", "failed"))] == 1


async def test_payouts_are_told_that_are_open_late_or_wait_for_another_card(
    hall: Hall, db: Database, clock: FixedClock
) -> None:
    """Of two to one person the first came back, and was ordered anew."""
    [owner] = await settle(db, 1)
    await db.execute(
        """INSERT INTO bank_cards (subject_id, card_id, number_hash, number_enc, key_id, last_four, source, added_at)
           VALUES ($1, $1, sha256('c'), '', 'k', '0128', 'holder', $2)""",
        owner,
        clock.now(),
    )
    for number, cause, state, hours in (
        ("P0000001", "a", "returned", 90),
        ("P0000002", "a", "accepted", 23),
        ("P0000003", "b", "ordered", 25),
        ("P0000004", "c", "failed", 1),
        ("P0000005", "d", "paid", 1),
    ):
        ordered_at = clock.now() - timedelta(hours=hours)
        await db.execute(
            """INSERT INTO payouts (subject_id, payout_no, card_id, beneficiary_id, rule, cause_id, purpose, amount_fen,
                                    state, ordered_at, paid_at, next_ask_at)
               VALUES ($1, $2, $1, $1, 'r', $3, '补贴', 100, $4::text, $5::timestamptz,
                       CASE WHEN $4 IN ('paid', 'returned') THEN $5 END,
                       CASE WHEN $4 IN ('ordered', 'accepted') THEN $5 END)""",
            owner,
            number,
            cause,
            state,
            ordered_at,
        )
        await db.execute(
            """INSERT INTO matches (subject_id, rule, occasion, cause_id, anchor_on, due_on, evidence, state,
                                    matched_at)
               VALUES ($1, 'r', $2, $2, '2026-11-01', '2026-11-01', '[]', 'told', $3) ON CONFLICT DO NOTHING""",
            owner,
            cause,
            ordered_at,
        )
        await db.execute(
            """INSERT INTO entitlement_answers (subject_id, rule, cause_id, occasion, answer_no, answer, answered_by,
                                                answered_at, payee_id, payout_no)
               VALUES ($1, 'r', $2, $2, $2, 'confirmed', $1, $3, $1, $4)
               ON CONFLICT (subject_id, rule, cause_id) DO UPDATE SET payout_no = excluded.payout_no""",
            owner,
            cause,
            ordered_at,
            number,
        )

    figures = await scrape(hall)

    assert [figures[f"payouts_{name}", ()] for name in ("open", "late", "failed")] == [2, 1, 1]


async def test_the_age_of_every_completed_sweep_is_told(hall: Hall, db: Database, clock: FixedClock) -> None:
    done_at = clock.now() - timedelta(hours=2)
    await db.execute("INSERT INTO sweeps (rule, completed_at) VALUES ('licence-expiry', $1), ('new', NULL)", done_at)

    figures = await scrape(hall)

    assert figures["sweep_age_seconds", (("rule", "licence-expiry"),)] == 7200
    assert ("sweep_age_seconds", (("rule", "new"),)) not in figures


async def test_requests_of_this_process_are_counted_by_route(hall: Hall) -> None:
    key = "http_requests_total", (("route", "/healthz"), ("status", "200"))
    async with hall.browser() as probe:
        await probe.get("/healthz")
    before = (await scrape(hall))[key]
    async with hall.browser() as probe:
        await probe.get("/healthz")

    assert (await scrape(hall))[key] == before + 1


async def test_without_postgres_the_process_still_tells_what_it_knows(hall: Hall, db: Database) -> None:
    await db.close()

    figures = await scrape(hall)

    assert figures["postgres_up", ()] == 0
    assert ("delivery_queue_depth", ()) not in figures


async def test_the_figures_come_from_indexes(db: Database) -> None:
    """With sequential scans forbidden no plan needs one: partial indexes hold only what is waiting or recent."""
    statements = (
        "SELECT recorded_at FROM events WHERE done_at IS NULL ORDER BY event_id LIMIT 1",
        "SELECT count(*) FROM event_handlings WHERE parked_at IS NOT NULL",
        "SELECT count(*) FROM deliveries WHERE state = 'queued'",
        "SELECT channel, count(*) FROM deliveries WHERE finished_at >= '2026-11-20' GROUP BY channel",
        "SELECT count(*) FROM payouts WHERE next_ask_at IS NOT NULL AND ordered_at < '2026-11-20'",
        "SELECT count(*) FROM payouts WHERE state IN ('failed', 'returned')",
    )
    async with db.transaction() as tx:
        await tx.execute("SET LOCAL enable_seqscan = off")
        plans = ["\n".join(row[0] for row in await tx.fetch(f"EXPLAIN {statement}")) for statement in statements]

    assert [plan for plan in plans if "Seq Scan" in plan] == []
