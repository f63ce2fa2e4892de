"""The product's own encryption, signature and transport, led to the push service of the tests."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec

from notifications.webpush.encryption import encrypt
from notifications.webpush.endpoints import check_endpoint
from notifications.webpush.transport import AiohttpTransport, Transport
from notifications.webpush.vapid import VapidHeaders, generate_key, parse_keys
from tests.push_service.service import PushService


@asynccontextmanager
async def open_product_sender(service: PushService) -> "AsyncIterator[ProductSender]":
    async with AiohttpTransport(connect_to=service.connect_to, tls=service.client_tls) as transport:
        yield ProductSender(transport)


class ProductSender:
    def __init__(self, transport: Transport) -> None:
        self._vapid = VapidHeaders(parse_keys(f"test:{generate_key()}"), "mailto:a@example.com")
        self._transport = transport

    @property
    def public_key(self) -> str:
        """The `applicationServerKey`, b64url."""
        return self._vapid.keys.current.public

    async def push(self, subscription: dict[str, Any], message: object) -> int:
        """The status that the push service answers."""
        endpoint = subscription["endpoint"]
        p256dh, auth = (_decode(subscription["keys"][name]) for name in ("p256dh", "auth"))
        authorization = self._vapid.header(check_endpoint(endpoint), "test", datetime.now(UTC))
        answer = await self._transport.post(
            endpoint,
            headers={"TTL": "60", "Content-Encoding": "aes128gcm", "Authorization": authorization},
            body=encrypt(msgspec.json.encode(message), p256dh, auth),
        )
        return answer.status


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
