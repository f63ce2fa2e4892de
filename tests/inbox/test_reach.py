"""消息: whatever the badge counts can be reached by tapping, in each mode."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest

from backend.core.clock import FixedClock
from backend.core.db import Database
from notifications.inbox import count_unread
from notifications.models import Tab
from pwa.views.shell import Mode
from tests.hall import Browser
from tests.inbox.conftest import Tell


async def reached(me: Browser) -> set[UUID]:
    """The messages that the lists behind 消息 lead to, following every link from one list to another."""
    seen: set[str] = set()
    found: set[UUID] = set()
    waiting = ["/messages"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        links = [unescape(link) for link in re.findall(r'href="(/messages[^"]*)"', (await me.get(path)).text)]
        found |= {UUID(link.split("/")[2]) for link in links if link.startswith("/messages/")}
        waiting += {link for link in links if not link.startswith("/messages/")} - seen - set(waiting)
    return found


@pytest.mark.parametrize("mode", Mode)
async def test_every_message_that_the_badge_counts_is_reached(
    me: Browser, tell: Tell, db: Database, clock: FixedClock, mode: Mode
) -> None:
    me.cookies.set("mode", mode, domain="localhost.local")
    told = set()
    for tab in (Tab.REMINDER, Tab.NOTICE, Tab.TODO) * 8:  # more than a page of them
        clock.at += timedelta(minutes=1)
        told.add(await tell(tab=tab))

    assert (await count_unread(db, me.subject_id, clock.now())).total == len(told)
    assert await reached(me) == told


@pytest.mark.parametrize("mode", Mode)
async def test_what_has_been_read_is_still_reached(me: Browser, tell: Tell, mode: Mode) -> None:
    me.cookies.set("mode", mode, domain="localhost.local")
    told = {await tell(tab=tab) for tab in Tab}

    for message_id in told:
        await me.get(f"/messages/{message_id}")

    assert await reached(me) == told


async def test_elders_read_one_list_without_tabs_and_come_back_to_it(
    me: Browser, tell: Tell, clock: FixedClock
) -> None:
    me.cookies.set("mode", Mode.ELDER, domain="localhost.local")
    told = []
    for tab in Tab:
        clock.at += timedelta(minutes=1)
        told.append(await tell(tab=tab))

    for path in ("/messages", "/messages?tab=todo"):
        assert "/messages?tab=" not in (await me.get(path)).text

    for message_id in told:
        assert "/messages?tab=" not in (await me.get(f"/messages/{message_id}")).text
