"""The outermost layer: small bodies, honest HEAD answers, one line per request."""

import gzip
import json
import logging
from typing import Any

import brotli
import httpx
import pytest

from backend.core.http.compression import SMALLEST
from backend.core.http.edge import Edge

PAGE = "请在到期前办理。".encode() * 100
PICTURE = b"\x89PNG" * 1000


class App:
    def __init__(self, body: bytes = PAGE, pieces: int = 1, **headers: str) -> None:
        self.headers = {"content-type": "text/html; charset=utf-8", "content-length": str(len(body)), **headers}
        self.body = body
        self.pieces = pieces

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        size = len(self.body) // self.pieces
        for number in range(self.pieces):
            piece, more = self.body[number * size : (number + 1) * size], number < self.pieces - 1
            await send({"type": "http.response.body", "body": piece, "more_body": more})


async def ask(app: App, method: str = "GET", accepts: str = "gzip, br") -> tuple[httpx.Response, bytes]:
    """The answer, and its body as it was sent."""
    transport = httpx.ASGITransport(app=Edge(app, secure=False))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://hall") as client:
        request = client.build_request(method, "/", headers={"Accept-Encoding": accepts})
        answer = await client.send(request, stream=True)
        raw = b"".join([piece async for piece in answer.aiter_raw()])
        return answer, raw


@pytest.mark.parametrize(
    ("accepts", "encoding", "unpack"),
    [("gzip, deflate, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress), ("identity", None, bytes)],
)
async def test_a_page_comes_as_small_as_its_reader_takes_it(accepts: str, encoding: str | None, unpack: Any) -> None:
    answer, raw = await ask(App(), accepts=accepts)

    assert answer.headers.get("content-encoding") == encoding
    assert int(answer.headers["content-length"]) == len(raw)
    assert unpack(raw) == PAGE


async def test_words_that_were_not_encoded_are_read_as_if_they_were() -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["query_string"])
        await App()(scope, receive, send)

    async def nothing(*_: Any) -> None: ...

    for query in ("q=驾照&a=%E9%A9%BE+b".encode(), b"q=%E9%A9%BE%E7%85%A7"):
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": query}
        await Edge(app, secure=False)(scope, nothing, nothing)  # type: ignore[arg-type]

    assert seen == [b"q=%E9%A9%BE%E7%85%A7&a=%E9%A9%BE+b", b"q=%E9%A9%BE%E7%85%A7"]


async def test_caches_learn_what_else_the_answer_depends_on() -> None:
    plain, _ = await ask(App())
    varied, _ = await ask(App(vary="Cookie"))

    assert plain.headers["vary"] == "Accept-Encoding"
    assert varied.headers["vary"] == "Cookie, Accept-Encoding"


@pytest.mark.parametrize(
    "app",
    [
        App(PAGE[: SMALLEST - 1]),
        App(PICTURE, **{"content-type": "image/png"}),
        App(gzip.compress(PAGE * 50), **{"content-encoding": "gzip"}),
        App(pieces=4),
    ],
    ids=["short", "picture", "compressed already", "in pieces"],
)
async def test_what_gains_nothing_stays_as_it_is(app: App) -> None:
    answer, raw = await ask(app)

    assert raw == app.body
    assert answer.headers.get("content-encoding") == app.headers.get("content-encoding")


async def test_head_tells_the_length_that_get_would_have() -> None:
    got, raw = await ask(App())
    head, nothing = await ask(App(), method="HEAD")

    assert nothing == b""
    assert head.headers["content-length"] == got.headers["content-length"] == str(len(raw))


async def test_security_headers_are_on_every_answer_and_never_twice() -> None:
    usual, _ = await ask(App())
    own, _ = await ask(App(**{"content-security-policy": "default-src 'none'"}))

    assert usual.headers["x-content-type-options"] == "nosniff"
    assert own.headers.get_list("content-security-policy") == ["default-src 'none'"]


async def test_a_line_is_written_per_request(capfd: pytest.CaptureFixture[str]) -> None:
    log, level = logging.getLogger("access"), logging.getLogger("access").level
    log.setLevel(logging.INFO)
    try:
        await ask(App())
    finally:
        log.setLevel(level)

    (line,) = capfd.readouterr().err.splitlines()
    facts = json.loads(line)
    assert (facts["event"], facts["route"], facts["method"], facts["status"]) == ("request", "unmatched", "GET", 200)
    assert {"at", "level", "logger", "ms"} <= facts.keys()
