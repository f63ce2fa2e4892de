"""One POST to a push service or gateway: short time limits, no cookies, no redirects, no environment proxies."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from typing import Protocol, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from msgspec import Struct

CONNECT_TIMEOUT_S = 5.0
TOTAL_TIMEOUT_S = 15.0
CONNECTIONS_PER_ORIGIN = 64

_LONGEST_ANSWER = 1024
_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "suishenban"}


class Response(Struct, frozen=True):
    """`headers` by lower-case name; `text` is the beginning of the body."""

    status: int
    headers: Mapping[str, str]
    text: str


class TransportError(Exception):
    """No answer: the reason in a word or two, without the address."""


class Transport(Protocol):
    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Response:
        """Raises TransportError when there is no answer."""
        ...


class AiohttpTransport:
    """The default. Made inside a running loop, used with `async with`."""

    def __init__(
        self,
        *,
        connect_to: Mapping[str, tuple[str, int]] | None = None,
        tls: ssl.SSLContext | None = None,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        total_timeout_s: float = TOTAL_TIMEOUT_S,
    ) -> None:
        """`connect_to` sends a host's connections to another address (tests); name and TLS stay the host's."""
        connector = aiohttp.TCPConnector(
            limit=0,
            limit_per_host=CONNECTIONS_PER_ORIGIN,
            resolver=_Resolver(connect_to or {}),
            ssl=tls if tls is not None else True,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=total_timeout_s, sock_connect=connect_timeout_s),
            headers=_HEADERS,
            trust_env=False,
        )

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Response:
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                start = await _beginning(answer.content)
                fields = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status, fields, start.decode("utf-8", "replace"))
        except TimeoutError as error:
            raise TransportError("timeout") from error
        except (aiohttp.ClientError, OSError) as error:
            raise TransportError(type(error).__name__) from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    start = b""
    while len(start) < _LONGEST_ANSWER and (more := await content.read(_LONGEST_ANSWER - len(start))):
        start += more
    return start


class _Resolver(AbstractResolver):
    """The system's resolver, save for hosts that are to be found elsewhere."""

    def __init__(self, connect_to: Mapping[str, tuple[str, int]]) -> None:
        self._connect_to = connect_to
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host not in self._connect_to:
            return await self._system.resolve(host, port, family)
        address, port = self._connect_to[host]
        found = await asyncio.get_running_loop().getaddrinfo(address, port, type=socket.SOCK_STREAM)
        return [
            ResolveResult(hostname=host, host=str(to[0]), port=int(to[1]), family=family_, proto=proto, flags=0)
            for family_, _, proto, _, to in found
        ]

    async def close(self) -> None:
        await self._system.close()
