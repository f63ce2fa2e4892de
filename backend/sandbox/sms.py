"""An SMS gateway that sends nothing and shows what it would have sent."""

import secrets
from collections import OrderedDict
from datetime import datetime
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody
from msgspec import Struct

from backend.core.clock import SHANGHAI, Clock
from backend.sandbox.screens import screen

KEPT = 200


class ShortMessage(Struct, frozen=True, forbid_unknown_fields=True):
    """What is posted as JSON; a repeated `id` is the same message once more."""

    id: str
    to: str
    text: str


class SentMessage(Struct, frozen=True):
    to: str
    text: str
    at: datetime


class SmsGateway:
    """The last messages taken, newest first. With a token, only its bearer is served."""

    def __init__(self, token: str | None = None) -> None:
        self._token = token
        self._sent: OrderedDict[str, SentMessage] = OrderedDict()

    def admits(self, authorization: str | None) -> bool:
        if self._token is None:
            return True
        return secrets.compare_digest((authorization or "").encode(), f"Bearer {self._token}".encode())

    def accept(self, message: ShortMessage, now: datetime) -> bool:
        """False when this id was taken before."""
        if message.id in self._sent:
            return False
        self._sent[message.id] = SentMessage(message.to, message.text, now.astimezone(SHANGHAI))
        while len(self._sent) > KEPT:
            self._sent.popitem(last=False)
        return True

    def sent(self) -> list[SentMessage]:
        return list(reversed(self._sent.values()))


@post("/sms", status_code=202)
async def send_sms(
    request: Request[Any, Any, Any],
    gateway: NamedDependency[SmsGateway],
    clock: NamedDependency[Clock],
    data: JSONBody[ShortMessage],
) -> Response[dict[str, str]]:
    if not gateway.admits(request.headers.get("authorization")):
        return Response({"error": "unauthorized"}, status_code=401, headers={"WWW-Authenticate": "Bearer"})
    new = gateway.accept(data, clock.now())
    return Response({"id": data.id, "result": "accepted" if new else "repeated"}, status_code=202)


@get("/sms")
async def show_sms(gateway: NamedDependency[SmsGateway]) -> Response[bytes]:
    return screen("sms.html", messages=gateway.sent())


def sms_router(gateway: SmsGateway) -> Router:
    return Router(
        path="/",
        route_handlers=[send_sms, show_sms],
        dependencies={"gateway": Provide(lambda: gateway, sync_to_thread=False)},
    )
