"""MCS, the long connection on which Google's push service reaches Chromium (google_apis/gcm/protocol/mcs.proto)."""

import asyncio
import contextlib
import ssl
import time
from asyncio import StreamReader, StreamWriter

from tests.push_service.protobuf import decode, encode, encode_varint, read_varint, text
from tests.push_service.registry import ReceivedPush, Registry, Subscription

VERSION = 41
HEARTBEAT_PING, HEARTBEAT_ACK, LOGIN_REQUEST, LOGIN_RESPONSE, CLOSE, DATA_MESSAGE = 0, 1, 2, 3, 4, 8


class McsServer:
    """Listens with TLS on 127.0.0.1; frames are a tag byte, a varint length and a protobuf."""

    def __init__(self, registry: Registry) -> None:
        self.port = 0
        self._registry = registry
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, tls: ssl.SSLContext) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        connection = _Connection(self._registry, reader, writer)
        try:
            await connection.serve()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass  # the browser went away
        except asyncio.CancelledError:
            pass  # the service is closing; a cancelled handler would be reported as an error of the stream
        finally:
            self._tasks.discard(task)
            self._registry.disconnect(connection.device_id, connection.deliver)
            writer.transport.abort()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()


class _Connection:
    def __init__(self, registry: Registry, reader: StreamReader, writer: StreamWriter) -> None:
        self.device_id = ""
        self._registry = registry
        self._reader = reader
        self._writer = writer
        self._received = 0  # stream ids count the frames of each side from 1

    async def serve(self) -> None:
        await self._reader.readexactly(1)
        self._writer.write(bytes([VERSION]))
        while True:
            tag = (await self._reader.readexactly(1))[0]
            payload = await self._reader.readexactly(await read_varint(self._reader))
            self._received += 1
            if tag == LOGIN_REQUEST:
                await self._login(payload)
            elif tag == HEARTBEAT_PING:
                await self._send(HEARTBEAT_ACK, encode((2, self._received)))
            elif tag == CLOSE:
                return

    async def _login(self, payload: bytes) -> None:
        request = decode(payload)
        self.device_id = text(request, 3)
        now_ms = int(time.time() * 1000)
        await self._send(LOGIN_RESPONSE, encode((1, text(request, 1)), (5, 1), (6, self._received), (8, now_ms)))
        await self._registry.connect(self.device_id, self.deliver)

    async def deliver(self, subscription: Subscription, push: ReceivedPush) -> None:
        stanza = encode(
            (2, push.message_id),
            (3, subscription.application_server_key or ""),
            (5, subscription.category),
            (7, encode((1, "subtype"), (2, subscription.channel))),
            (7, encode((1, "content-encoding"), (2, "aes128gcm"))),
            (9, push.message_id),
            (17, push.ttl_s),
            (18, int(time.time() * 1000)),
            (21, push.body),
        )
        await self._send(DATA_MESSAGE, stanza)

    async def _send(self, tag: int, payload: bytes) -> None:
        self._writer.write(bytes([tag]) + encode_varint(len(payload)) + payload)
        await self._writer.drain()
