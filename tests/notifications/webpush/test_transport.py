"""One POST, bounded in every direction."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from notifications.webpush.transport import AiohttpTransport, TransportError


async def answer(request: web.Request) -> web.StreamResponse:
    match request.path:
        case "/slow":
            await asyncio.sleep(5)
        case "/redirect":
            raise web.HTTPFound("/cookies")
        case "/large":
            return web.Response(status=400, text="x" * 1_000_000)
        case "/cookies":
            return web.Response(text=request.headers.get("Cookie", "none"), headers={"Set-Cookie": "a=b"})
    return web.Response(status=201, headers={"Retry-After": "7"}, body=await request.read())


@pytest.fixture
async def site() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/{path}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def transport() -> AsyncIterator[AiohttpTransport]:
    async with AiohttpTransport(total_timeout_s=0.3) as transport:
        yield transport


async def test_status_headers_and_body_come_back(site: str, transport: AiohttpTransport) -> None:
    response = await transport.post(f"{site}/x", headers={"TTL": "1"}, body=b"hello")

    assert (response.status, response.headers["retry-after"], response.text) == (201, "7", "hello")


async def test_a_service_that_does_not_answer_in_time_is_left(site: str, transport: AiohttpTransport) -> None:
    with pytest.raises(TransportError, match="timeout"):
        await transport.post(f"{site}/slow", headers={}, body=b"")


async def test_nobody_there_is_an_error_without_the_address(transport: AiohttpTransport) -> None:
    with pytest.raises(TransportError) as failed:
        await transport.post("http://127.0.0.1:9/secret-token", headers={}, body=b"")

    assert "secret" not in str(failed.value)


async def test_redirects_are_answers_like_others(site: str, transport: AiohttpTransport) -> None:
    assert (await transport.post(f"{site}/redirect", headers={}, body=b"")).status == 302


async def test_only_the_beginning_of_an_answer_is_read(site: str, transport: AiohttpTransport) -> None:
    assert len((await transport.post(f"{site}/large", headers={}, body=b"")).text) == 1024


async def test_no_cookie_is_kept(site: str, transport: AiohttpTransport) -> None:
    answers = [(await transport.post(f"{site}/cookies", headers={}, body=b"")).text for _ in range(2)]

    assert answers == ["none", "none"]


async def test_a_host_can_be_found_elsewhere_under_its_own_name(site: str) -> None:
    port = int(site.rpartition(":")[2])
    async with AiohttpTransport(connect_to={"push.example": ("127.0.0.1", port)}) as transport:
        response = await transport.post("http://push.example/x", headers={}, body=b"there")

    assert response.text == "there"
