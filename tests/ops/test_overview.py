"""The operators' first page tells what Postgres and Redis hold: this moment, fourteen days, twenty-four hours."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from redis.asyncio import Redis

from backend.core.clock import FixedClock, local_date
from backend.core.db import Database
from backend.core.events import record
from backend.core.heartbeat import beat
from backend.core.ids import uuid7
from backend.matching.reports import SweepReport
from backend.ops.pictures import Window
from backend.ops.queries import list_points_between
from tests.hall import Hall
from tests.ops.test_metrics import SomethingHappened, deliver


async def look(hall: Hall, *roles: str, lang: str = "zh-CN") -> dict[str, str]:
    """The words of every picture by its key, and of the figures under their labels."""
    async with await hall.operator(*roles) as operator:
        operator.cookies.set("lang", lang)
        answer = await operator.get("/ops")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    parts = dict(
        re.findall(r'<section class="card chart" aria-labelledby="([\w-]+)">(.*?)</section>', answer.text, re.S)
    )
    figures = re.findall(r'<li class="card figure">(.*?)</li>', answer.text, re.S)
    words = {key: " ".join(re.sub(r"<[^>]+>", " ", html).split()) for key, html in parts.items()}
    for html in figures:
        label, _, rest = " ".join(re.sub(r"<[^>]+>", "|", html).split()).strip("| ").partition("|")
        words[label] = " ".join(rest.replace("|", " ").split())
    return words


async def test_an_empty_hall_says_so_in_every_picture(hall: Hall) -> None:
    words = await look(hall)

    assert words["后台程序"] == "没有运行 消息和收款都停着 要人处理"
    assert words["待处理的事件"] == words["待发送"] == words["要人看的收款"] == "没有 正常"
    assert words["账本"] == "还没有过 还没查过 留意"
    keys = ("messages", "deliveries", "hours", "money", "sweeps", "searches")
    assert all(words[key].endswith("这段时间没有。") for key in keys)
    assert all(words[key].endswith("没有。") for key in ("feeds", "ways", "exceptions"))


async def test_messages_are_counted_by_day_and_by_whether_they_were_read(
    hall: Hall, db: Database, clock: FixedClock
) -> None:
    now = clock.now()
    for back in (0, 0, 13, 14):
        clock.at = now - timedelta(days=back)
        await deliver(db, clock)
    clock.at = now
    await db.execute("UPDATE messages SET read_at = $1 WHERE queued_at < $2", now, now - timedelta(days=1))

    words = await look(hall)

    assert "已读 1 未读 2" in words["messages"]
    assert "11-07 1 0" in words["messages"]
    assert "11-20 0 2" in words["messages"]


async def test_a_day_begins_at_midnight_in_the_city(hall: Hall, db: Database, clock: FixedClock) -> None:
    clock.at -= timedelta(hours=10, seconds=1)  # the last second of the nineteenth
    await deliver(db, clock, state="sent")
    clock.at += timedelta(seconds=1)
    await deliver(db, clock, state="sent")

    words = await look(hall)

    assert "11-19 0 1 11-20 0 1" in words["messages"]
    assert "11-19 1 0 0 11-20 1 0 0" in words["deliveries"]


async def test_deliveries_are_told_by_day_by_hour_and_by_channel(hall: Hall, db: Database, clock: FixedClock) -> None:
    for state in ("sent", "sent", "failed", "dropped"):
        await deliver(db, clock, state=state, due=timedelta(hours=2))
    await deliver(db, clock, state="failed", due=timedelta(hours=30))

    words = await look(hall)

    assert "送出 2 不必再发 1 失败 2" in words["deliveries"]
    assert "送出 2 不必再发 1 失败 1" in words["hours"]
    assert "08:00 2 1 1 09:00 0 0 0 10:00 0 0 0" in words["hours"]
    assert "短信 送出 2 不必再发 1 失败 2" in words["ways"]


async def test_money_is_told_by_day_and_channel(hall: Hall, db: Database, clock: FixedClock) -> None:
    subject = uuid4()
    await db.execute(
        """INSERT INTO subjects (subject_id, kind, key_id, number_enc, name_enc, born_on, created_at, updated_at)
           VALUES ($1, 'person', 'new', '', '', '1990-01-01', $2, $2)""",
        subject,
        clock.now(),
    )
    for channel, fen, back in (("wechat", 12_000, 0), ("wechat", 550, 0), ("alipay", 9_900, 3), ("unionpay", 100, 20)):
        await pay(db, clock, subject, channel, fen, timedelta(days=back))

    words = await look(hall)

    assert "微信支付 ¥\xa0125.50 支付宝 ¥\xa099 云闪付 ¥\xa00" in words["money"].replace("¥ ", "¥\xa0")


async def pay(db: Database, clock: FixedClock, subject: object, channel: str, fen: int, ago: timedelta) -> None:
    bill, order = uuid7(), uuid4().hex
    await db.execute(
        """INSERT INTO bills (subject_id, bill_id, bill_no, department_id, source_id, fee_code, amount_fen, basis,
                              payee, key_id, created_at, updated_at)
           VALUES ($1, $2, 'B', 'police', 'S', 'F', $3, 'basis', 'payee', 'new', $4, $4)""",
        subject,
        bill,
        fen,
        clock.now(),
    )
    await db.execute(
        """INSERT INTO payment_orders (subject_id, order_no, bill_id, channel, scene, amount_fen, state, booked_to,
                                       idempotency_key, request_hash, paid_fen, reserved_fen, ordered_at, expires_at,
                                       paid_at)
           VALUES ($1, $2, $3, $4, 'h5', $5, 'paid', 'receivable', $2, '', $5, 0, $6, $6, $6)""",
        subject,
        order,
        bill,
        channel,
        fen,
        clock.now() - ago,
    )


async def test_lines_of_departments_are_told_by_department(hall: Hall, db: Database, clock: FixedClock) -> None:
    today = local_date(clock.now())
    await db.execute("INSERT INTO departments VALUES ('police', '市公安局', $1), ('tax', '税务局', $1)", clock.now())
    await db.execute(
        """INSERT INTO feed_days VALUES ($1, 'police', 'licences', 100, 5, 0), ($1 - 13, 'police', 'events', 20, 0, 3),
                                        ($1, 'tax', 'bills', 400, 0, 0), ($1 - 14, 'tax', 'bills', 9999, 0, 0)""",
        today,
    )

    words = await look(hall)

    assert words["feeds"].endswith("税务局 收下 400 市公安局 收下 120 没有变化 5 退回 3")


async def test_sweeps_searches_and_exceptions_are_told(hall: Hall, db: Database, clock: FixedClock) -> None:
    now, today = clock.now(), local_date(clock.now())
    await db.execute("INSERT INTO sweeps VALUES ('rules', $1, $2, $2)", today, now - timedelta(days=2))
    for messages in (7, 5):
        report = SweepReport(as_of=today, after=today, dry_run=False, messages=messages)
        await db.execute(
            "INSERT INTO sweep_runs VALUES ($1, 'rules', $2, $3, $3, $4::jsonb)",
            uuid7(),
            today,
            now,
            msgspec.json.encode(report).decode(),
        )
    await db.execute("INSERT INTO search_misses VALUES ($1, '量子', 4), ($1 - 1, '量子', 2)", local_date(now))
    await db.execute(
        """INSERT INTO payment_exceptions (subject_id, exception_id, kind, about, channel, facts, source, raised_at,
                                           resolved_at)
           VALUES ($1, $2, 'wrong_amount', 'a', 'wechat', '{}', 'callback', $4, NULL),
                  ($1, $3, 'refund_failed', 'b', 'wechat', '{}', 'callback', $4, $4)""",
        uuid4(),
        uuid7(),
        uuid7(),
        now,
    )

    words = await look(hall)

    assert "消息 12" in words["sweeps"]
    assert words["每日扫描"] == "2 天前 每天早上一次 留意"
    assert "搜索 6" in words["searches"]
    assert words["exceptions"].endswith("金额不符 1")
    assert words["要人看的收款"] == "1 件 要人处理"


async def test_figures_of_now_are_judged(hall: Hall, db: Database, redis: Redis, clock: FixedClock) -> None:
    now = clock.now()
    async with db.transaction() as tx:
        await record(tx, [SomethingHappened(subject_id=uuid4())], now - timedelta(minutes=3))
    await deliver(db, clock, due=timedelta(hours=1))
    await beat(redis, now - timedelta(seconds=5))
    await db.execute("INSERT INTO ledger_checks VALUES ('one', 0, $1), ('two', 0, $1)", now - timedelta(minutes=8))

    words = await look(hall)

    assert words["后台程序"] == "在运行 5 秒前 正常"
    assert words["待处理的事件"] == "3 分钟 最早的一件等了这么久 留意"
    assert words["待发送"] == "1 条 最早的一条晚了 1 小时 要人处理"
    assert words["账本"] == "条条成立 共 2 条，8 分钟前查过 正常"

    await db.execute("UPDATE ledger_checks SET violations = 3 WHERE invariant = 'two'")

    assert (await look(hall))["账本"] == "1 条不成立 共 2 条，8 分钟前查过 要人处理"


async def test_it_reads_in_english(hall: Hall, db: Database, clock: FixedClock) -> None:
    await deliver(db, clock, state="sent")

    words = await look(hall, lang="en")

    assert words["Background worker"].startswith("Not running")
    assert "Read 0 Unread 1" in words["messages"]


@pytest.mark.parametrize("role", ["watcher", "cashier", "rules"])
async def test_every_operator_sees_it_with_the_pages_that_exist(hall: Hall, role: str) -> None:
    async with await hall.operator(role) as operator:
        html = (await operator.get("/ops")).text

    assert set(re.findall(r'class="desk-entry" href="([^"]+)"', html)) == {"/ops", "/ops/search-misses"}


async def test_a_day_is_counted_again_only_after_a_while(
    hall: Hall, db: Database, redis: Redis, clock: FixedClock
) -> None:
    await deliver(db, clock)
    await look(hall)
    await deliver(db, clock)

    assert "未读 1" in (await look(hall))["messages"]
    kept = {key.decode()[-10:]: await redis.ttl(key) for key in await redis.keys("{pictures}:*")}
    assert len(kept) == 14
    assert kept["2026-11-20"] <= 60
    assert len({left // 60 for left in kept.values()}) == 14
    assert all(left >= 3600 for day, left in kept.items() if day != "2026-11-20")

    await redis.flushall()

    assert "未读 2" in (await look(hall))["messages"]


class Overheard:
    """Takes the place of a database to learn what it would be asked."""

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        self.sql, self.args = sql, args
        return []


async def test_what_happened_on_other_days_is_not_read(db: Database, clock: FixedClock) -> None:
    await db.execute(
        """INSERT INTO messages (recipient_id, message_id, rule, occasion, topic, kind, tab, zh, link, icon, tone,
                                 urgency, thread, about, ignores_quiet_hours, useful_until, queued_at)
           SELECT gen_random_uuid(), gen_random_uuid(), 'r', 'o', 't', 'reminder', 'reminder', '{}', '/', 'bell',
                  'info', 'low', 't', '{}', false, $1, $1::timestamptz - interval '60 days' + n * interval '1 second'
           FROM generate_series(1, 10000) AS n""",
        clock.now(),
    )
    await db.execute(
        """INSERT INTO deliveries (recipient_id, message_id, channel, target, round, state, due_at, finished_at)
           SELECT recipient_id, message_id, 'sms', '', 0, 'sent', queued_at, queued_at FROM messages"""
    )
    await db.execute("ANALYZE messages, deliveries")
    today, asked = Window(clock.now()).midnights[-1], Overheard()

    await list_points_between(asked, today, today + timedelta(days=1))  # type: ignore[arg-type]

    plan = "\n".join(row[0] for row in await db.fetch("EXPLAIN " + asked.sql, *asked.args))
    assert "messages_queued" in plan
    assert "deliveries_finished" in plan
    assert not re.search("Seq Scan on (messages|deliveries)", plan)
