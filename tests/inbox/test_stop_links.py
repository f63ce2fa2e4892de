"""The address in a short message stops what it told of without a sign-in, and tells a stranger next to nothing."""

from functools import partial
from uuid import UUID

import pytest

from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from notifications.models import ChannelName, Kind, Wording
from notifications.preferences import list_choices, list_stops, set_channel
from notifications.stop_links import KEPT, make_code, purge
from tests.hall import Browser
from tests.inbox.conftest import Tell


class Links:
    def __init__(self, db: Database, keyring: Keyring, clock: FixedClock, me: Browser) -> None:
        self._db, self._keyring, self._clock, self._me = db, keyring, clock, me

    async def to(self, message_id: UUID) -> str:
        sign = partial(self._keyring.lookup, "stop-link")
        return "/s/" + await make_code(self._db, sign, self._me.subject_id, message_id, self._clock.now())


@pytest.fixture
def links(db: Database, keyring: Keyring, clock: FixedClock, me: Browser) -> Links:
    return Links(db, keyring, clock, me)


async def test_one_tap_stops_it_signed_out_and_one_takes_it_back(
    me: Browser, visitor: Browser, tell: Tell, links: Links, db: Database
) -> None:
    link = await links.to(await tell(rule="licence-expiry:passport"))
    offered = await visitor.get(link)
    assert (offered.status_code, await list_stops(db, me.subject_id)) == (200, [])  # opening it stops nothing

    answer = await visitor.post(f"{link}/stop")
    after = await visitor.get(answer.headers["location"])

    assert (answer.status_code, answer.headers["location"]) == (303, link)
    assert [stop.name for stop in await list_stops(db, me.subject_id)] == ["licence-expiry:passport"]
    assert "这一类已经停了" in after.text
    assert f'action="{link}/resume"' in after.text
    await visitor.post(f"{link}/resume")
    assert await list_stops(db, me.subject_id) == []


async def test_it_goes_half_a_year_after_its_message_was_of_use(
    visitor: Browser, tell: Tell, links: Links, db: Database, clock: FixedClock
) -> None:
    old, new = await tell(), await tell()
    paths = [await links.to(old), await links.to(new)]
    await db.execute("UPDATE stop_links SET useful_until = $2 WHERE message_id = $1", old, clock.now() - KEPT)

    more = await purge(db, clock.now())

    assert more is False
    assert [(await visitor.get(path)).status_code for path in paths] == [404, 200]


async def test_many_old_ones_go_a_thousand_at_a_time(tell: Tell, links: Links, db: Database, clock: FixedClock) -> None:
    await links.to(await tell())
    await db.execute(
        """INSERT INTO stop_links
           SELECT sha256(n::text::bytea), recipient_id, message_id, made_at, $1::timestamptz
           FROM stop_links, generate_series(1, 1001) AS n""",
        clock.now() - KEPT,
    )

    assert [await purge(db, clock.now()), await purge(db, clock.now())] == [True, False]
    assert await db.fetchval("SELECT count(*) FROM stop_links") == 1


async def test_it_names_only_the_topic_and_is_told_to_nobody(visitor: Browser, tell: Tell, links: Links) -> None:
    words = Wording(
        title="驾驶证即将到期", body="请在 12 月 18 日前换证。", action="去换证", stop_label="驾驶证到期提醒"
    )
    page = await visitor.get(await links.to(await tell(zh=words, en=None)))

    assert "证照到期与续期" in page.text
    assert "驾驶证" not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-robots-tag"] == "noindex"
    assert "no-store" in page.headers["cache-control"]


async def test_reading_needs_a_sign_in(visitor: Browser, tell: Tell, links: Links) -> None:
    message_id = await tell()
    page = await visitor.get(await links.to(message_id))

    assert f'href="/messages/{message_id}/open"' in page.text
    assert (await visitor.get(f"/messages/{message_id}/open")).status_code in {303, 401}


async def test_what_the_law_requires_only_loses_its_short_messages(
    me: Browser, visitor: Browser, tell: Tell, links: Links, db: Database, clock: FixedClock
) -> None:
    await set_channel(db, me.subject_id, "case", ChannelName.SMS, enabled=True, now=clock.now())
    link = await links.to(await tell(kind=Kind.STATUTORY, topic="case"))

    page, refused = await visitor.get(link), await visitor.post(f"{link}/stop")
    await visitor.post(f"{link}/sms", data={"on": "off"})

    assert f"{link}/stop" not in page.text
    assert refused.status_code == 409
    assert not any(choice.sms for choice in await list_choices(db, me.subject_id))
    assert "这类事不再发短信了。" in (await visitor.get(link)).text


async def test_a_wrong_address_leads_nowhere_and_guessing_ends_soon(visitor: Browser) -> None:
    answers = [(await visitor.get(f"/s/{number:012}")).status_code for number in range(31)]

    assert answers == [404] * 30 + [429]


async def test_another_site_cannot_press_the_button(visitor: Browser, tell: Tell, links: Links, db: Database) -> None:
    link = await links.to(await tell())

    answer = await visitor.post(f"{link}/stop", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
