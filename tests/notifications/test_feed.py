"""What the first screen shows: what is still to be done, the nearest first, each thing once."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.core.clock import FixedClock
from backend.core.db import Database
from notifications.feed import list_feed
from notifications.inbox import count_unread, mark_read, snooze
from notifications.models import Item, Kind, Message, Tab, Why, Wording
from notifications.preferences import resume_rule, stop_rule, stop_topic
from notifications.service import queue, withdraw

ME, NEIGHBOUR = uuid4(), uuid4()
Tell = Callable[..., Awaitable[UUID]]


@pytest.fixture
def tell(db: Database, clock: FixedClock) -> Tell:
    """Queues a reminder about a licence and returns its id."""

    async def told(due_on: date | None, **changes: Any) -> UUID:
        message_id = uuid4()
        facts: dict[str, Any] = {
            "recipient_id": ME,
            "message_id": message_id,
            "rule": f"licence-expiry:{message_id}",
            "occasion": str(message_id),
            "topic": "licence-expiry",
            "kind": Kind.REMINDER,
            "tab": Tab.REMINDER,
            "zh": Wording(title="驾驶证即将到期", body="请换证。", action="去换证"),
            "link": f"/services/{message_id}",
            "useful_until": clock.now() + timedelta(days=200),
            "due_on": due_on,
        }
        await queue(db, [Message(**(facts | changes))], changes.pop("at", clock.now()))
        return message_id

    return told


async def ids(db: Database, clock: FixedClock) -> list[UUID]:
    return [card.message_id for card in (await list_feed(db, ME, clock.now(), 10)).cards]


async def test_the_nearest_day_comes_first_be_it_coming_or_gone(db: Database, clock: FixedClock, tell: Tell) -> None:
    far, gone, near = (
        await tell(date(2027, 2, 3)),
        await tell(date(2026, 11, 10)),
        await tell(date(2026, 11, 28)),
    )

    assert await ids(db, clock) == [near, gone, far]


async def test_three_cards_are_given_and_all_are_counted(db: Database, clock: FixedClock, tell: Tell) -> None:
    for day in range(1, 6):
        await tell(date(2026, 12, day))

    feed = await list_feed(db, ME, clock.now())

    assert [card.due_on.day for card in feed.cards] == [1, 2, 3]
    assert (feed.total, feed.unread) == (5, 5)


async def test_what_was_read_is_still_to_be_done(db: Database, clock: FixedClock, tell: Tell) -> None:
    message_id = await tell(date(2026, 12, 18))
    await mark_read(db, ME, message_id, clock.now())

    feed = await list_feed(db, ME, clock.now())

    assert [card.message_id for card in feed.cards] == [message_id]
    assert feed.unread == 0


async def test_what_may_be_done_on_any_day_comes_after_what_ends_within_a_week(
    db: Database, clock: FixedClock, tell: Tell
) -> None:
    """What is only to be known, and has no day, is no thing to do."""
    far, near, any_day = await tell(date(2027, 2, 3)), await tell(date(2026, 11, 26)), await tell(None, tab=Tab.TODO)
    await tell(None, tab=Tab.NOTICE)

    feed = await list_feed(db, ME, clock.now(), 10)

    assert [(card.message_id, card.due_on) for card in feed.cards] == [
        (near, date(2026, 11, 26)),
        (any_day, None),
        (far, date(2027, 2, 3)),
    ]
    clock.at += timedelta(days=31)
    assert any_day not in await ids(db, clock)


async def test_what_is_shown_elsewhere_is_left_out_and_not_counted(db: Database, clock: FixedClock, tell: Tell) -> None:
    await tell(date(2026, 11, 22), link="/bills/7")
    other = await tell(date(2026, 12, 1))

    feed = await list_feed(db, ME, clock.now(), without=["/bills/"])

    assert ([card.message_id for card in feed.cards], feed.total) == ([other], 1)


async def test_of_a_digest_each_thing_keeps_its_own_day_or_none(db: Database, clock: FixedClock, tell: Tell) -> None:
    items = (
        Item(title="驾驶证", link="/services/1", action="去换证", due_on=date(2026, 12, 1)),
        Item(title="居住证", link="/services/2", action="去申领"),
    )
    zh = Wording(title="您有 2 件事", body="逐项办理。", action="逐项查看", items=items)
    await tell(date(2026, 12, 1), zh=zh)

    feed = await list_feed(db, ME, clock.now(), 10)

    assert {card.link: card.due_on for card in feed.cards} == {"/services/1": date(2026, 12, 1), "/services/2": None}


async def test_what_is_neither_due_nor_ours_nor_in_force_is_left_out(
    db: Database, clock: FixedClock, tell: Tell
) -> None:
    await tell(None, tab=Tab.NOTICE)
    await tell(date(2026, 10, 20))
    await tell(date(2026, 12, 18), recipient_id=NEIGHBOUR)
    await tell(date(2026, 12, 18), kind=Kind.RECOMMENDATION)
    await tell(date(2026, 12, 18), rule="renewed", occasion="once")
    await withdraw(db, ME, "renewed", clock.now(), occasions=["once"])

    assert await ids(db, clock) == []


async def test_a_thing_overdue_by_thirty_days_is_still_shown(db: Database, clock: FixedClock, tell: Tell) -> None:
    shown = await tell(date(2026, 10, 21))

    assert await ids(db, clock) == [shown]


async def test_what_was_stopped_returns_when_the_stop_is_undone(db: Database, clock: FixedClock, tell: Tell) -> None:
    message_id = await tell(date(2026, 12, 18), rule="licence-expiry:x")

    await stop_rule(db, ME, "licence-expiry:x", clock.now())
    stopped = await ids(db, clock)
    await resume_rule(db, ME, "licence-expiry:x", clock.now())

    assert stopped == []
    assert await ids(db, clock) == [message_id]


async def test_a_stopped_topic_hides_reminders_but_no_statutory_notice(
    db: Database, clock: FixedClock, tell: Tell
) -> None:
    await tell(date(2026, 12, 18))
    notice = await tell(date(2026, 12, 19), kind=Kind.STATUTORY)

    await stop_topic(db, ME, "licence-expiry", clock.now())

    assert await ids(db, clock) == [notice]


async def test_what_was_put_off_comes_back_on_its_day(db: Database, clock: FixedClock, tell: Tell) -> None:
    message_id = await tell(date(2026, 12, 18))
    until = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)

    async with db.transaction() as tx:
        await snooze(tx, ME, message_id, until, clock.now())
    away = await list_feed(db, ME, clock.now())
    clock.at = until

    assert (away.cards, away.unread) == ((), 0)
    assert await ids(db, clock) == [message_id]


async def test_a_later_reminder_of_the_same_thing_takes_its_place(db: Database, clock: FixedClock, tell: Tell) -> None:
    await tell(date(2026, 12, 18), link="/services/1")
    clock.at += timedelta(days=15)
    newer = await tell(date(2026, 12, 18), link="/services/1")

    feed = await list_feed(db, ME, clock.now())

    assert ([card.message_id for card in feed.cards], feed.total, feed.unread) == ([newer], 1, 2)


async def test_a_digest_is_one_card_for_each_thing_it_speaks_of(db: Database, clock: FixedClock, tell: Tell) -> None:
    zh = Wording(
        title="您有 2 张证照到期待办",
        body="最早的一张是驾驶证。",
        action="逐项查看",
        why=Why(based_on="驾驶证、居住证", rule="合并", plain="您有几张证快到期了。"),
        items=(
            Item(title="驾驶证", link="/services/1", action="去换证", due_on=date(2026, 12, 1)),
            Item(title="居住证", link="/services/2", action="去签注", due_on=date(2026, 12, 18)),
        ),
    )
    await tell(date(2026, 12, 1), zh=zh, link="/messages/any")

    feed = await list_feed(db, ME, clock.now())

    assert [(card.zh.title, card.zh.action, card.link, card.due_on.day) for card in feed.cards] == [
        ("驾驶证", "去换证", "/services/1", 1),
        ("居住证", "去签注", "/services/2", 18),
    ]
    assert {card.zh.reason for card in feed.cards} == {"您有几张证快到期了。"}


async def test_the_badge_of_the_first_screen_is_that_of_the_inbox(db: Database, clock: FixedClock, tell: Tell) -> None:
    for tab in Tab:
        await tell(date(2026, 12, 18), tab=tab)
    await mark_read(db, ME, await tell(None), clock.now())

    feed = await list_feed(db, ME, clock.now())

    assert feed.unread == (await count_unread(db, ME, clock.now())).total == 3
