"""Notices are brought by the provider's schedule, whatever the merchant does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from backend.core.clock import FixedClock
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.courier import Courier, Letter, Sender
from backend.sandbox.gateways.faults import Fault
from backend.sandbox.gateways.records import Notice, Topic
from tests.sandbox.gateways.merchant import until

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


class Post(Sender):
    gaps = (15, 30, 180)

    def __init__(self) -> None:
        self.written = 0

    def write(self, notice: Notice) -> Letter:
        self.written += 1
        if notice.number == "BAD":
            raise KeyError
        return Letter({"Number": str(self.written)}, notice.number.encode())

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        return status == 200


def notice(number: str = "PAY1", at: datetime = NOW) -> Notice:
    return Notice(notice_id=f"id of {number}", topic=Topic.PAYMENT, number=number, url="http://hall.test/", due_at=at)


class Setting:
    """A courier whose merchant answers as it is told."""

    def __init__(self, answering: Callable[[httpx.Request], httpx.Response], scale: float) -> None:
        self.book, self.clock, self.asked = Book(":memory:"), FixedClock(NOW), list[httpx.Request]()
        self._answering = answering
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        self.courier = Courier(self.book, Post(), self.clock, scale, http)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self._answering(request)


@pytest.fixture
async def refused() -> AsyncIterator[Setting]:
    made = Setting(lambda _request: httpx.Response(500), scale=10)
    yield made
    made.book.close()


async def test_sends_follow_the_schedule_and_then_end(refused: Setting) -> None:
    refused.book.add_notice(notice())
    sent = []
    for gap in (0, 1.5, 3, 18, 86_400):
        refused.clock.at += timedelta(seconds=gap) - timedelta(milliseconds=1)
        early = await refused.courier.send_due()
        refused.clock.at += timedelta(milliseconds=1)
        sent.append((early, await refused.courier.send_due()))

    [kept] = refused.book.notices_about("PAY1")
    assert sent == [(0, 1), (0, 1), (0, 1), (0, 1), (0, 0)]
    assert (kept.sends, kept.acknowledged, kept.due_at) == (4, False, None)
    assert [request.headers["Number"] for request in refused.asked] == ["1", "2", "3", "4"]


async def test_acknowledged_is_not_sent_again(refused: Setting) -> None:
    refused._answering = lambda _request: httpx.Response(200)
    refused.book.add_notice(notice())
    await refused.courier.send_due()
    refused.clock.at += timedelta(days=1)

    assert await refused.courier.send_due() == 0
    assert refused.book.notices_about("PAY1")[0].acknowledged


async def test_a_merchant_that_is_not_there_is_told_again(refused: Setting) -> None:
    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    refused._answering = unreachable
    refused.book.add_notice(notice())
    await refused.courier.send_due()

    assert refused.book.notices_about("PAY1")[0].due_at == NOW + timedelta(seconds=1.5)


async def test_twice_counts_only_when_both_were_acknowledged(refused: Setting) -> None:
    answers = iter((200, 500, 200, 200))
    refused._answering = lambda _request: httpx.Response(next(answers))
    refused.book.set_faults(frozenset({Fault.CALL_BACK_TWICE}))
    refused.book.add_notice(notice())
    await refused.courier.send_due()
    first = refused.book.notices_about("PAY1")[0]
    refused.clock.at += timedelta(seconds=1.5)
    await refused.courier.send_due()

    assert (first.sends, first.acknowledged) == (1, False)
    assert refused.book.notices_about("PAY1")[0].acknowledged
    assert len({request.headers["Number"] for request in refused.asked}) == 4


async def test_one_slow_answer_keeps_no_other_waiting() -> None:
    slow, told = asyncio.Event(), asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.content == b"SLOW":
            await slow.wait()
        else:
            told.set()
        return httpx.Response(200)

    book = Book(":memory:")
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    run = asyncio.create_task(Courier(book, Post(), FixedClock(NOW), 1, http).run())
    book.add_notice(notice("SLOW"))
    await asyncio.sleep(0.1)
    book.add_notice(notice("QUICK"))
    async with asyncio.timeout(30):
        await told.wait()

    assert book.notices_about("SLOW")[0].sends == 0
    slow.set()
    await until(lambda: book.notices_about("SLOW")[0].sends == 1)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    book.close()


async def test_one_that_cannot_be_written_keeps_no_other_waiting(refused: Setting) -> None:
    refused._answering = lambda _request: httpx.Response(200)
    refused.book.add_notice(notice("BAD"))
    refused.book.add_notice(notice())
    run = asyncio.create_task(refused.courier.run())
    await until(lambda: len(refused.asked) == 1)
    refused.book.add_notice(notice("PAY2"))
    await until(lambda: len(refused.asked) == 2)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)

    assert [request.content for request in refused.asked] == [b"PAY1", b"PAY2"]
    assert refused.book.notices_about("BAD")[0].due_at == NOW + timedelta(seconds=1.5)


async def test_what_is_on_its_way_is_not_sent_beside(refused: Setting) -> None:
    refused._answering = lambda _request: httpx.Response(200)
    refused.book.add_notice(notice())
    [kept] = refused.book.notices_about("PAY1")

    await asyncio.gather(refused.courier.send_due(), refused.courier.send_now(kept), refused.courier.send_due())

    assert len(refused.asked) == 1
