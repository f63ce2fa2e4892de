"""Mozilla's autopush websocket, as Firefox speaks it: hello, register, notification, ack, unregister, ping."""

import asyncio
import base64
import json
import secrets
from typing import Any

from aiohttp import WSMsgType, web

from tests.push_service.registry import MOZILLA, ReceivedPush, Registry, Subscription

PROTOCOL = "push-notification"


class Autopush:
    """`GET /` of the plain listener; one `_Connection` per browser."""

    def __init__(self, registry: Registry) -> None:
        self.endpoint_origin = MOZILLA
        self._registry = registry
        self._sockets: set[web.WebSocketResponse] = set()

    async def accept(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=(PROTOCOL,))
        await socket.prepare(request)
        connection = _Connection(self._registry, socket, self.endpoint_origin)
        self._sockets.add(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await connection.handle(json.loads(message.data))
        finally:
            self._sockets.discard(socket)
            self._registry.disconnect(connection.device_id, connection.deliver)
        return socket

    async def close(self) -> None:
        await asyncio.gather(*(socket.close() for socket in list(self._sockets)))


class _Connection:
    def __init__(self, registry: Registry, socket: web.WebSocketResponse, origin: str) -> None:
        self.device_id = ""
        self._registry = registry
        self._socket = socket
        self._origin = origin
        self._unacknowledged: dict[str, ReceivedPush] = {}

    async def handle(self, message: dict[str, Any]) -> None:
        match message.get("messageType"):
            case None:
                await self._socket.send_json({})
            case "hello":
                await self._hello(message)
            case "register":
                await self._register(message)
            case "unregister":
                self._registry.unsubscribe(self.device_id, message["channelID"])
                await self._reply(message, channelID=message["channelID"])
            case "ack":
                for update in message["updates"]:
                    if push := self._unacknowledged.pop(update["version"], None):
                        push.acknowledge(update["code"])

    async def _hello(self, message: dict[str, Any]) -> None:
        known = message.get("uaid", "")
        # A changed uaid makes Firefox drop every subscription, so one that we know is kept.
        self.device_id = known if self._registry.knows(known) else secrets.token_hex(16)
        await self._reply(message, uaid=self.device_id, use_webpush=True, broadcasts={})
        await self._registry.connect(self.device_id, self.deliver)

    async def _register(self, message: dict[str, Any]) -> None:
        subscription = self._registry.subscribe(
            self.device_id,
            origins=(self._origin,),
            folder="wpush/v2",
            key=message.get("key"),
            channel=message["channelID"],
        )
        await self._reply(message, channelID=subscription.channel, pushEndpoint=subscription.endpoint)

    async def _reply(self, message: dict[str, Any], **facts: object) -> None:
        await self._socket.send_json({"messageType": message["messageType"], "status": 200, **facts})

    async def deliver(self, subscription: Subscription, push: ReceivedPush) -> None:
        self._unacknowledged[push.message_id] = push
        await self._socket.send_json(
            {
                "messageType": "notification",
                "channelID": subscription.channel,
                "version": push.message_id,
                "ttl": push.ttl_s,
                "data": base64.urlsafe_b64encode(push.body).rstrip(b"=").decode(),
                "headers": {"encoding": "aes128gcm"},
            }
        )
