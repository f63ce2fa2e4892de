"""People with phones, a push service they are subscribed at, and senders that deliver to them."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from redis.asyncio import Redis

from backend.core.clock import FixedClock
from backend.core.db import Database
from notifications.channels.channel import Channel
from notifications.channels.web_push import WebPush
from notifications.delivery import Sender
from notifications.models import ChannelName, Kind, Message, Pointer, PushSubscription, Tab, Wording
from notifications.service import publish, queue, requeue_due
from notifications.subscriptions import subscribe
from notifications.webpush.endpoints import endpoint_hash
from notifications.webpush.intake import RawSubscription, check_subscription
from notifications.webpush.transport import AiohttpTransport
from notifications.webpush.vapid import VapidHeaders, VapidKeys, generate_key, parse_keys
from tests.push_service.device import Device
from tests.push_service.service import APPLE, PushService

PUBLIC_URL = "https://city.example"
FCM = "https://fcm.googleapis.com"


def a_message(recipient_id: UUID, now: datetime, **changes: Any) -> Message:
    facts: dict[str, Any] = {
        "recipient_id": recipient_id,
        "message_id": uuid4(),
        "rule": "licence-expiry",
        "occasion": uuid4().hex,
        "topic": "licence-expiry",
        "kind": Kind.REMINDER,
        "tab": Tab.REMINDER,
        "zh": Wording(title="驾驶证即将到期", body="请在 12 月 18 日前换证。", action="去换证"),
        "en": Wording(title="Your driving licence expires soon", body="Renew by 18 December.", action="Renew"),
        "link": "/services/31010001",
        "useful_until": now + timedelta(days=5),
    }
    return Message(**(facts | changes))


def a_subscription(endpoint: str) -> PushSubscription:
    return PushSubscription(
        endpoint=endpoint,
        endpoint_hash=endpoint_hash(endpoint),
        p256dh=b"p" * 65,
        auth=b"a" * 16,
        vapid_key_id="v1",
    )


@dataclass
class Town:
    db: Database
    redis: Redis
    clock: FixedClock
    push: PushService
    transport: AiohttpTransport
    keys: VapidKeys = field(default_factory=lambda: parse_keys(f"one:{generate_key()}"))

    def __post_init__(self) -> None:
        self.push.use_clock(lambda: self.clock.now().timestamp())
        self.vapid = VapidHeaders(self.keys, "mailto:push@example.com")

    def sender(self, name: str = "one", **channels: Channel) -> Sender:
        ways: dict[ChannelName, Channel] = {ChannelName.WEB_PUSH: WebPush(self.transport, self.vapid, PUBLIC_URL)}
        ways |= {ChannelName(channel): way for channel, way in channels.items()}
        return Sender(self.db, self.redis, ways, self.clock.now, name=name)

    async def phone(self, recipient_id: UUID, origin: str = APPLE) -> Device:
        """A phone of this person, subscribed."""
        device = await self.push.add_device(self.keys.current.public, origin)
        await self.attach(recipient_id, device)
        return device

    async def attach(self, recipient_id: UUID, device: Device) -> PushSubscription:
        raw = msgspec.convert(device.to_json(), RawSubscription)
        checked = check_subscription(raw, self.keys)
        async with self.db.transaction() as tx:
            await subscribe(tx, recipient_id, checked, self.clock.now())
        return checked

    async def tell(self, *messages: Message) -> list[Pointer]:
        """Queues in one transaction, publishes after it."""
        async with self.db.transaction() as tx:
            pointers = await queue(tx, messages, self.clock.now())
        await publish(self.redis, pointers)
        return pointers

    async def tell_one(self, recipient_id: UUID, **changes: Any) -> Message:
        message = a_message(recipient_id, self.clock.now(), **changes)
        await self.tell(message)
        return message

    async def pass_time(self, **span: float) -> int:
        """Time goes by, the sweep runs; returns how many messages it pointed at."""
        self.clock.at += timedelta(**span)
        return await requeue_due(self.db, self.redis, self.clock.now())

    async def deliveries(self, message: Message | None = None) -> list[dict[str, Any]]:
        rows = await self.db.fetch(
            """
            SELECT message_id, channel, target, round, state, due_at, attempts, tried_at, last_status, reason,
                   finished_at, lease
            FROM deliveries WHERE $1::uuid IS NULL OR message_id = $1 ORDER BY message_id, channel, target, round
            """,
            None if message is None else message.message_id,
        )
        return [dict(row) for row in rows]

    async def state(self, message: Message) -> tuple[str, str | None]:
        """State and reason of the only delivery of a message."""
        (delivery,) = await self.deliveries(message)
        return delivery["state"], delivery["reason"]


def shown(device: Device) -> list[dict[str, Any]]:
    """The notifications on a phone's screen: one per tag, the latest."""
    by_tag = {}
    for raw in device.messages:
        notification = json.loads(raw)["notification"]
        by_tag[notification["tag"]] = notification
    return list(by_tag.values())
