"""HTTP to a provider: short waits, no redirects, no cookies, bounded answers, every failure one refusal."""

from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeVar

import httpx
import msgspec
from msgspec import Struct

from backend.payments.providers.errors import ProviderUnavailable

LARGEST_ANSWER = 1024 * 1024
LARGEST_BILL = 256 * 1024 * 1024

_TIMEOUT = httpx.Timeout(10, connect=5)
Shape = TypeVar("Shape")


class Answer(Struct, frozen=True):
    """`headers` by lower-case name; `body` as received, content codings undone."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def decoded(self, shape: type[Shape]) -> Shape:
        """The body as JSON of this shape; raises ProviderUnavailable, for what was answered stays unknown."""
        try:
            return msgspec.json.decode(self.body, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ProviderUnavailable from error


def open_client(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=transport,
        timeout=_TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": "suishenban"},
    )


async def send(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    limit: int = LARGEST_ANSWER,
) -> Answer:
    """One request; raises ProviderUnavailable without an answer, on 429 and 5xx, and for more than `limit` bytes."""
    try:
        async with http.stream(method, url, headers=headers, content=body) as response:
            if response.status_code == 429 or response.status_code >= 500:
                raise ProviderUnavailable
            answer = bytearray()
            async for chunk in response.aiter_bytes():
                answer += chunk
                if len(answer) > limit:
                    raise ProviderUnavailable
            return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, bytes(answer))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderUnavailable from error
