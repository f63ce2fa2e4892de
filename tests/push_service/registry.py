"""Who is subscribed, which browser is connected right now, and what waits for those that are not."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from multidict import CIMultiDictProxy

GOOGLE = ("https://jmt17.google.com", "https://fcm.googleapis.com")  # which one is Chromium's choice
MOZILLA = "https://updates.push.services.mozilla.com"


@dataclass
class Subscription:
    """One registered subscription as a push service sees it: it never learns the keys of the payload."""

    token: str
    device_id: str
    origins: tuple[str, ...]
    path: str
    application_server_key: str | None  # b64url without padding
    channel: str  # Firefox: channelID; Chromium: X-subtype
    category: str = ""  # Chromium: app
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def endpoint(self) -> str:
        return f"{self.origins[0]}{self.path}"


@dataclass
class ReceivedPush:
    """One POST of the sender: what came, what was answered, and what the browser made of it."""

    token: str
    origin: str
    headers: CIMultiDictProxy[str]
    body: bytes
    arrived_at: float
    message_id: str = field(default_factory=lambda: secrets.token_hex(16))
    claims: dict[str, object] = field(default_factory=dict)
    status: int | None = None  # None: the connection was cut without an answer
    reason: str = ""
    forwarded: bool = False
    _ack: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def size(self) -> int:
        return len(self.body)

    @property
    def ttl_s(self) -> int:
        return int(self.headers["TTL"])

    @property
    def topic(self) -> str | None:
        return self.headers.get("Topic")

    def acknowledge(self, code: int) -> None:
        if not self._ack.done():
            self._ack.set_result(code)

    async def ack(self, timeout_s: float = 5) -> int:
        """The browser's own verdict: 100 delivered, 101 not decrypted, 102 not delivered (Firefox and `Device` only).

        Raises:
            TimeoutError: nothing was acknowledged in time. Chromium never acknowledges single messages.
        """
        return await asyncio.wait_for(asyncio.shield(self._ack), timeout_s)


Deliver = Callable[[Subscription, ReceivedPush], Awaitable[None]]


class Registry:
    """Subscriptions by token and connections by device; a message for an absent device waits, as RFC 8030 asks."""

    def __init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self._connections: dict[str, Deliver] = {}
        self._waiting: dict[str, list[ReceivedPush]] = {}

    def subscribe(
        self,
        device_id: str,
        *,
        origins: tuple[str, ...],
        folder: str,
        key: str | None,
        channel: str,
        category: str = "",
    ) -> Subscription:
        token = secrets.token_urlsafe(48)
        subscription = Subscription(
            token=token,
            device_id=device_id,
            origins=origins,
            path=f"/{folder}/{token}",
            application_server_key=key.rstrip("=") if key else None,
            channel=channel,
            category=category,
        )
        self.subscriptions[token] = subscription
        return subscription

    def unsubscribe(self, device_id: str, channel: str) -> bool:
        found = [s for s in self.subscriptions.values() if s.device_id == device_id and s.channel == channel]
        for subscription in found:
            subscription.ended.set()
        return bool(found)

    def knows(self, device_id: str) -> bool:
        return any(s.device_id == device_id for s in self.subscriptions.values())

    async def connect(self, device_id: str, deliver: Deliver) -> None:
        self._connections[device_id] = deliver
        for push in self._waiting.pop(device_id, []):
            await self.forward(push)

    def disconnect(self, device_id: str, deliver: Deliver) -> None:
        if self._connections.get(device_id) == deliver:
            del self._connections[device_id]

    def is_connected(self, device_id: str) -> bool:
        return device_id in self._connections

    async def forward(self, push: ReceivedPush) -> None:
        """Hands the message to the browser, or keeps it, replacing an undelivered one of the same Topic."""
        subscription = self.subscriptions[push.token]
        deliver = self._connections.get(subscription.device_id)
        if deliver is not None:
            push.forwarded = True
            await deliver(subscription, push)
        elif push.ttl_s > 0:
            waiting = self._waiting.setdefault(subscription.device_id, [])
            waiting[:] = [w for w in waiting if push.topic is None or (w.token, w.topic) != (push.token, push.topic)]
            waiting.append(push)
