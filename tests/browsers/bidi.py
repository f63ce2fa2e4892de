"""A small WebDriver BiDi client (w3.org/TR/webdriver-bidi): commands by id, answers by future."""

import asyncio
import itertools
import json
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect

PATIENCE_S = 15


class BidiError(Exception):
    """The browser refused a command, or the page's script threw."""


class Bidi:
    """`async with Bidi(url) as bidi: await bidi.call("browsingContext.getTree")`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def __aenter__(self) -> Self:
        # No proxy from the environment, and screenshots may be large.
        self._socket: ClientConnection = await connect(self._url, proxy=None, max_size=None, compression=None)
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()
        await self._reading

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
            async with asyncio.timeout(PATIENCE_S):
                answer = await self._answers[number]
        finally:
            del self._answers[number]
        if answer["type"] == "error":
            raise BidiError(f"{method}: {answer['error']}: {answer['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    async def _read(self) -> None:
        async for raw in self._socket:
            message = json.loads(raw)
            answer = self._answers.get(message.get("id"))
            if answer is not None and not answer.done():
                answer.set_result(message)
        for answer in self._answers.values():
            answer.set_exception(BidiError("the browser closed the connection"))
