"""Answers that are not one person's: kept by readers, asked for again by ETag (RFC 9110, section 13)."""

import hashlib
from typing import Any

from litestar import MediaType, Request, Response
from litestar.response.base import ASGIResponse


class _Ready(ASGIResponse):
    """Status, headers and body as they are to be sent: the framework would work the headers out line by line."""

    def __init__(self, status_code: int, headers: list[tuple[bytes, bytes]], body: bytes = b"") -> None:
        self.status_code, self.body = status_code, body
        self.background, self.is_head_response = None, False
        self._lines = headers

    def encode_headers(self) -> list[tuple[bytes, bytes]]:
        return self._lines


def revalidated(request: Request[Any, Any, Any], body: bytes, media_type: MediaType) -> ASGIResponse:
    """The body, or 304 where the reader has it already."""
    etag, known = _judged(request, body)
    headers = [(b"cache-control", b"no-cache"), (b"etag", etag)]
    if known:
        return _Ready(304, headers)
    content_type = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
    headers += [(b"content-type", content_type.encode()), (b"content-length", b"%d" % len(body))]
    return _Ready(200, headers, body)


def revalidated_response(
    request: Request[Any, Any, Any], body: bytes, content_type: str, headers: dict[str, str]
) -> Response[bytes]:
    """The same as an answer that can still be given cookies and headers."""
    etag, known = _judged(request, body)
    headers = {"Cache-Control": "no-cache", "ETag": etag.decode(), **headers}
    if known:
        return Response(b"", status_code=304, headers=headers)
    # the framework names the charset of text itself
    media_type = content_type.removesuffix("; charset=utf-8") if content_type.startswith("text/") else content_type
    return Response(body, headers=headers, media_type=media_type)


def _judged(request: Request[Any, Any, Any], body: bytes) -> tuple[bytes, bool]:
    """The ETag of the body, and whether the reader says to have it."""
    etag = b'W/"%s"' % hashlib.sha256(body).hexdigest()[:24].encode()
    return etag, etag in next((value for name, value in request.scope["headers"] if name == b"if-none-match"), b"")
