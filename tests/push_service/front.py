"""The front that senders talk to: RFC 8030 with every rule enforced that the real services enforce."""

import asyncio
import re
import time
from collections.abc import Callable

from aiohttp import web

from tests.push_service.faults import Fault, Faults
from tests.push_service.registry import ReceivedPush, Registry, Subscription
from tests.push_service.vapid import VapidRefused, verify_vapid

LARGEST_BODY = 4096
LONGEST_TTL_S = 30 * 24 * 3600
URGENCIES = {"very-low", "low", "normal", "high"}
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")


class Refused(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Front:
    """Judges, records and forwards each POST; `now` is the clock against which VAPID's `exp` is held."""

    def __init__(self, registry: Registry, now: Callable[[], float] = time.time) -> None:
        self.received: list[ReceivedPush] = []
        self.faults = Faults()
        self.now = now
        self.arrival = asyncio.Condition()
        self._registry = registry

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """`POST /{folder}/{token}` → 201 with Location, or the refusal of a real push service."""
        origin = f"{request.scheme}://{request.host}"
        push = ReceivedPush(
            token=request.match_info["token"],
            origin=origin,
            headers=request.headers,
            body=await _body(request),
            arrived_at=time.monotonic(),
        )
        fault = self.faults.take(origin) or Fault()
        await asyncio.sleep(fault.delay_s)
        response = await self._answer(request, push, fault)
        async with self.arrival:
            self.received.append(push)
            self.arrival.notify_all()
        return response

    async def _answer(self, request: web.Request, push: ReceivedPush, fault: Fault) -> web.StreamResponse:
        if fault.cut:
            return _hang_up(request)
        try:
            if fault.status is not None:
                raise Refused(fault.status, "as the test asked")
            self._judge(push)
        except (Refused, VapidRefused) as refusal:
            push.status, push.reason = refusal.status, refusal.reason
            return web.json_response({"reason": push.reason}, status=push.status, headers=fault.headers)
        await self._registry.forward(push)
        if fault.lost_answer:
            return _hang_up(request)
        push.status = 201
        return web.Response(
            status=201, headers={"Location": f"{push.origin}/m/{push.message_id}", "TTL": str(push.ttl_s)}
        )

    def _judge(self, push: ReceivedPush) -> None:
        subscription = self._find(push)
        if push.size > LARGEST_BODY:
            raise Refused(413, f"the body may have {LARGEST_BODY} bytes")
        if push.body and push.headers.get("Content-Encoding") != "aes128gcm":
            raise Refused(400, "Content-Encoding must be aes128gcm")
        ttl = push.headers.get("TTL", "")
        if not ttl.isascii() or not ttl.isdecimal() or int(ttl) > LONGEST_TTL_S:
            raise Refused(400, "TTL must be whole seconds, at most 30 days")
        if push.headers.get("Urgency", "normal") not in URGENCIES:
            raise Refused(400, "Urgency must be very-low, low, normal or high")
        # Apple decodes the topic as base64url, in which no text has a length of 4n + 1.
        if push.topic is not None and (not TOPIC.fullmatch(push.topic) or len(push.topic) % 4 == 1):
            raise Refused(400, "Topic must be at most 32 characters of base64url")
        push.claims = verify_vapid(
            push.headers.get("Authorization"), push.origin, subscription.application_server_key, self.now()
        )

    def _find(self, push: ReceivedPush) -> Subscription:
        subscription = self._registry.subscriptions.get(push.token)
        if subscription is None or push.origin not in subscription.origins:
            raise Refused(404, "no such subscription")
        if subscription.ended.is_set():
            raise Refused(410, "the subscription has ended")
        return subscription


async def _body(request: web.Request) -> bytes:
    """At most one byte more than is allowed: enough to know that it is too much."""
    body = b""
    while len(body) <= LARGEST_BODY and (more := await request.content.read(LARGEST_BODY + 1 - len(body))):
        body += more
    return body


def _hang_up(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
