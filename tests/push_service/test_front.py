"""The front refuses what the real services refuse, delivers the rest, and misbehaves on demand."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
import pytest

from tests.push_service.device import DELIVERED, NOT_DECRYPTED, Device
from tests.push_service.faults import Fault
from tests.push_service.sender import ReferenceSender
from tests.push_service.service import APPLE, REAL_ORIGINS, PushService


@pytest.fixture
def sender(push_service: PushService) -> ReferenceSender:
    return ReferenceSender(push_service)


@pytest.fixture
async def device(push_service: PushService, sender: ReferenceSender) -> AsyncIterator[Device]:
    device = await push_service.add_device(sender.public_key)
    yield device
    device.disconnect()


@pytest.mark.parametrize("origin", [*REAL_ORIGINS, "plain"])
async def test_a_message_reaches_a_device_at_every_origin(
    origin: str, push_service: PushService, sender: ReferenceSender
) -> None:
    origin = push_service.plain_origin if origin == "plain" else origin
    device = await push_service.add_device(sender.public_key, origin)

    status, headers = await sender.post(device.endpoint, sender.encrypt(device.to_json(), "hello"), Topic="a" * 32)

    assert status == 201
    assert headers["Location"].startswith(f"{origin}/")
    assert device.messages == [b'"hello"']
    [push] = push_service.received
    assert (push.status, push.topic, push.claims["aud"], await push.ack()) == (
        201,
        "a" * 32,
        origin,
        DELIVERED,
    )


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (400, b"x", {"TTL": None}),
        (400, b"x", {"TTL": "-1"}),
        (400, b"x", {"TTL": "1.5"}),
        (400, b"x", {"TTL": "2592001"}),
        (400, b"x", {"Urgency": "urgent"}),
        (400, b"x", {"Topic": "a" * 33}),
        (400, b"x", {"Topic": "a b"}),
        (400, b"x", {"Topic": "abcde"}),
        (400, b"x", {"Content_Encoding": "aesgcm"}),
        (400, b"x", {"Content_Encoding": None}),
        (401, b"x", {"Authorization": None}),
        (413, b"x" * 4097, {}),
        (413, b"x" * 100_000, {}),
        (201, b"x" * 4096, {"TTL": "2592000", "Urgency": "very-low", "Topic": "abcd"}),
    ],
)
async def test_rules_of_the_protocol_are_enforced(
    status: int,
    body: bytes,
    headers: dict[str, str | None],
    device: Device,
    push_service: PushService,
    sender: ReferenceSender,
) -> None:
    answer, _ = await sender.post(device.endpoint, body, **headers)

    assert answer == status
    assert push_service.received[0].status == status


async def test_a_key_that_is_not_the_subscribed_one_is_refused(device: Device, push_service: PushService) -> None:
    stranger = ReferenceSender(push_service)

    assert await stranger.push(device.to_json(), {}) == 403


async def test_a_token_for_another_origin_is_refused(device: Device, sender: ReferenceSender) -> None:
    other = sender.authorization(f"{APPLE}/")

    status, _ = await sender.post(device.endpoint, b"x", Authorization=other)

    assert status == 403


async def test_expiry_is_held_against_the_clock_of_the_test(
    device: Device, push_service: PushService, sender: ReferenceSender
) -> None:
    push_service.use_clock(lambda: time.time() + 48 * 3600)

    assert await sender.push(device.to_json(), {}) == 403


async def test_unknown_and_ended_subscriptions_differ(device: Device, sender: ReferenceSender) -> None:
    unknown, _ = await sender.post(device.endpoint + "x", b"x")
    device.unsubscribe()

    assert (unknown, await sender.push(device.to_json(), {})) == (404, 410)


async def test_a_device_tells_a_body_that_it_cannot_read(
    device: Device, push_service: PushService, sender: ReferenceSender
) -> None:
    await sender.post(device.endpoint, bytes(200))

    assert await push_service.received[0].ack() == NOT_DECRYPTED


async def test_a_newer_message_of_the_same_topic_replaces_one_that_waits(
    device: Device, sender: ReferenceSender
) -> None:
    device.disconnect()
    for text, topic in (("old", "card"), ("other", "park"), ("new", "card")):
        await sender.post(device.endpoint, sender.encrypt(device.to_json(), text), Topic=topic)
    await sender.post(device.endpoint, sender.encrypt(device.to_json(), "now or never"), TTL="0")

    await device.connect()

    assert device.messages == [b'"other"', b'"new"']


async def test_faults_are_answered_as_often_as_asked_and_then_all_is_well(
    device: Device, push_service: PushService, sender: ReferenceSender
) -> None:
    until = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    push_service.fail_next(Fault.answer(429, retry_after=118), times=2)
    push_service.fail_next(Fault.answer(503, retry_after=until))

    answers = [await sender.post(device.endpoint, sender.encrypt(device.to_json(), n)) for n in range(4)]

    assert [status for status, _ in answers] == [429, 429, 503, 201]
    assert answers[0][1]["Retry-After"] == "118"
    assert parsedate_to_datetime(answers[2][1]["Retry-After"]) == until
    assert device.messages == [b"3"]


async def test_a_fault_of_one_origin_leaves_the_others_alone(
    device: Device, push_service: PushService, sender: ReferenceSender
) -> None:
    apple = await push_service.add_device(sender.public_key, APPLE)
    push_service.fail_next(Fault.answer(500), origin=APPLE)

    assert [await sender.push(one.to_json(), {}) for one in (device, apple, apple)] == [201, 500, 201]


async def test_a_cut_connection_delivers_nothing_and_a_lost_answer_delivers(
    device: Device, push_service: PushService, sender: ReferenceSender
) -> None:
    push_service.fail_next(Fault.cut_connection())
    push_service.fail_next(Fault.lose_answer())

    for text in ("cut", "lost"):
        with pytest.raises(aiohttp.ClientError):
            await sender.push(device.to_json(), text)

    assert device.messages == [b'"lost"']
    assert [push.status for push in push_service.received] == [None, None]


async def test_a_slow_answer_comes_late(device: Device, push_service: PushService, sender: ReferenceSender) -> None:
    push_service.fail_next(Fault.slow(1))

    sending = asyncio.create_task(sender.push(device.to_json(), {}))

    await asyncio.sleep(0.1)
    assert not sending.done()
    assert await sending == 201


async def test_waiting_for_pushes_ends_with_them_or_with_the_timeout(
    device: Device, push_service: PushService, sender: ReferenceSender
) -> None:
    sending = asyncio.create_task(sender.push(device.to_json(), {}))

    assert len(await push_service.wait_for(1)) == 1
    with pytest.raises(TimeoutError):
        await push_service.wait_for(2, timeout_s=0.05)
    await sending
