"""HTTP to the provider: short waits, no redirects, no cookies, and every failure turned into a refusal."""

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, TypeVar

import httpx
import msgspec

from backend.citizens.errors import ProviderAnswerRefused, ProviderUnavailable

_TIMEOUT = httpx.Timeout(10, connect=5)
_MAX_BYTES = 256 * 1024
Answer = TypeVar("Answer")


def open_client(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client without cookie jar and kept connections: one person's exchange leaves nothing for the next."""
    return httpx.AsyncClient(
        transport=transport,
        timeout=_TIMEOUT,
        limits=httpx.Limits(max_keepalive_connections=0),
        follow_redirects=False,
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
    )


class Wire:
    """Requests to the provider."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def close(self) -> None:
        await self._http.aclose()

    async def send(self, method: str, url: str, **options: Any) -> httpx.Response:
        """The answer, unless the provider is away or broken: then ProviderUnavailable."""
        try:
            response = await self._http.request(method, url, **options)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderUnavailable from error
        if response.status_code >= 500:
            raise ProviderUnavailable
        return response

    async def get_document(self, url: str) -> httpx.Response:
        response = await self.send("GET", url)
        if response.status_code != 200:
            raise ProviderUnavailable
        return response


def decoded(response: httpx.Response, cls: type[Answer]) -> Answer:
    """The body as JSON of this shape; raises ProviderAnswerRefused."""
    if len(response.content) > _MAX_BYTES:
        raise ProviderAnswerRefused(reason="size")
    try:
        return msgspec.json.decode(response.content, type=cls)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProviderAnswerRefused(reason="format") from error
