"""Calls of the merchant that find the provider down, or whose answer is lost after the work was done."""

import asyncio
from collections.abc import Callable

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.faults import Fault

_LOST_AFTER_S = 0.1


def outages(counter: Counter) -> Callable[[ASGIApp], ASGIApp]:
    """Middleware around a provider's routes. People at the counter, who ask for a page, get it all the same."""

    def around(app: ASGIApp) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            faults = frozenset[Fault]() if _is_person(scope) else counter.book.faults()
            if Fault.DOWN in faults:
                await _answer_nothing(send, 503)
            elif Fault.ANSWER_LOST in faults:
                await app(scope, receive, _drop)  # and all that the merchant hears is some proxy giving up
                await asyncio.sleep(_LOST_AFTER_S)
                await _answer_nothing(send, 504)
            else:
                await app(scope, receive, send)

        return answer

    return around


def _is_person(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


async def _answer_nothing(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drop(_message: Message) -> None:
    return None
