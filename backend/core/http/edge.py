"""The outermost layer: static files, HEAD, compression, security headers, a log line and a measurement per request."""

import logging
import time
from collections.abc import Mapping
from functools import cache
from string import punctuation
from urllib.parse import quote

from litestar.enums import ScopeType
from litestar.types import (
    ASGIApp,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    HTTPScope,
    Message,
    Receive,
    Scope,
    Send,
)
from prometheus_client import Counter, Histogram

from backend.core.http.compression import compress, encoding_for
from backend.core.logs import write_line
from pwa import assets
from pwa.csp import CONTENT_SECURITY_POLICY

log = logging.getLogger("access")

_REQUESTS = Counter("http_requests_total", "Requests by route and status.", ["route", "status"])
_SECONDS = Histogram(
    "http_request_seconds", "Time to answer by route.", ["route"], buckets=(0.005, 0.02, 0.1, 0.5, 2, 10)
)


def security_headers(*, secure: bool) -> list[tuple[bytes, bytes]]:
    """On every answer (OWASP ASVS 5.0, chapter 3.4)."""
    headers = {
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=()",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
    }
    if secure:
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class Edge:
    """Wraps the application; anything but HTTP passes through."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = security_headers(secure=secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        if scope["path"].startswith("/static/"):
            await _serve_static(scope, _Answer(send, self._headers, None, head=head).send)
            return
        answer = _Answer(send, self._headers, encoding_for(scope["headers"]), head=head)
        if head:
            scope["method"] = "GET"
        if not scope["query_string"].isascii():
            scope["query_string"] = _encoded_query(scope["query_string"])
        started = time.perf_counter()
        try:
            await self._app(scope, receive, answer.send)
        finally:
            _observe(scope, answer.status, time.perf_counter() - started)


def _encoded_query(sent: bytes) -> bytes:
    """Typed at a command line, Chinese comes as it is: read as the UTF-8 that a browser would have encoded."""
    return quote(sent, safe=punctuation).encode()


class _Answer:
    """Adds the headers, makes it small and, for HEAD, keeps the body back while its length stays announced.

    (RFC 9110, section 9.3.2.) The start waits for the first piece of the body, which decides about compression.
    """

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]], encoding: bytes | None, *, head: bool) -> None:
        self._send = send
        self._headers = headers
        self._encoding = encoding
        self._head = head
        self._start: HTTPResponseStartEvent | None = None
        self.status = 500

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start, self.status = message, message["status"]
            return
        if message["type"] == "http.response.body":
            if self._start is not None:
                await self._send(self._started(self._start, message))
                self._start = None
            if self._head:
                message["body"] = b""
        await self._send(message)

    def _started(self, start: HTTPResponseStartEvent, first: HTTPResponseBodyEvent) -> HTTPResponseStartEvent:
        headers = start["headers"]
        if self._encoding is not None and not first.get("more_body"):
            headers, first["body"] = compress(headers, first["body"], self._encoding)
        present = {name for name, _ in headers}
        start["headers"] = [*headers, *(pair for pair in self._headers if pair[0] not in present)]
        return start


@cache
def _counted(route: str, status: int) -> Counter:
    return _REQUESTS.labels(route, str(status))


@cache
def _timed(route: str) -> Histogram:
    return _SECONDS.labels(route)


def _observe(scope: HTTPScope, status: int, seconds: float) -> None:
    route = scope.get("path_template") or "unmatched"  # never the path itself, which may name a person's things
    _counted(route, status).inc()
    _timed(route).observe(seconds)
    write_line(log, "request", route=route, method=scope["method"], status=status, ms=round(seconds * 1000, 1))


async def _serve_static(scope: HTTPScope, send: Send) -> None:
    headers = dict(scope["headers"])
    asset = assets.lookup(scope["path"])
    if asset is None or scope["method"] not in {"GET", "HEAD"}:
        await _respond(send, 404, {"content-type": "text/plain"}, b"not found")
        return
    encoding, body = _encoded(asset, headers.get(b"accept-encoding", b""))
    answer = {
        "content-type": asset.content_type,
        "cache-control": "public, max-age=31536000, immutable",
        "etag": asset.etag,
        "vary": "Accept-Encoding",
    }
    if encoding:
        answer["content-encoding"] = encoding
    if asset.etag in headers.get(b"if-none-match", b"").decode("latin-1"):
        await _respond(send, 304, answer, b"")
    else:
        await _respond(send, 200, answer, body)


def _encoded(asset: assets.Asset, accepted: bytes) -> tuple[str | None, bytes]:
    """The smallest form that the browser takes."""
    if b"br" in accepted and asset.br is not None:
        return "br", asset.br
    if b"gzip" in accepted and asset.gz is not None:
        return "gzip", asset.gz
    return None, asset.body


async def _respond(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    lines = [(name.encode(), value.encode()) for name, value in headers.items()]
    if status != 304:
        lines.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body, "more_body": False})
