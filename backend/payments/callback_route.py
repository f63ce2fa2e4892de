"""POST /callbacks/{wechat,alipay,unionpay}: bytes in, a provider's own words out.

An ASGI program of its own: what arrives here is signed bytes, of which the framework's requests and responses, made for
forms and JSON, would cost more than checking and settling it does.
"""

from collections.abc import Mapping
from http import HTTPMethod
from typing import Any, cast

from litestar import asgi
from litestar.datastructures import State
from litestar.exceptions import ClientException, MethodNotAllowedException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import HTTPScope, Receive, Scope, Send

from backend.core.errors import NotFound
from backend.core.http.access import Access, access
from backend.core.http.state import resources_in
from backend.payments.callbacks import receive as receive_callback
from backend.payments.channels import Providers
from backend.payments.intake import Intake
from backend.payments.models import Channel
from backend.payments.providers.errors import CallbackRefused
from backend.payments.providers.protocol import LARGEST_CALLBACK, Acknowledgement, Provider

_PROVIDERS, _INTAKE = "providers", "intake"
_CHANNELS = {f"/callbacks/{channel}": channel for channel in Channel}


def give_providers(state: State, providers: Providers, intake: Intake) -> None:
    """Tells an application whose callbacks it may believe, and where they go."""
    state[_PROVIDERS], state[_INTAKE] = providers, intake


@asgi(list(_CHANNELS), opt=access(Access.PROVIDER), copy_scope=False)
async def take_callback(scope: Scope, receive: Receive, send: Send) -> None:
    """What a provider tells. 200 and the provider's own words once it is stored; else it is to try again."""
    asked = cast("HTTPScope", scope)
    if asked["method"] != HTTPMethod.POST:
        raise MethodNotAllowedException
    state = asked["litestar_app"].state
    provider = _provider(state, asked)
    body = await _read(receive)
    try:
        answer = await receive_callback(state[_INTAKE], provider, _headers(asked), body, resources_in(state).now())
    except CallbackRefused:
        answer = provider.decline()
    await _say(send, answer)


def _provider(state: State, scope: HTTPScope) -> Provider:
    provider = cast("Providers", state[_PROVIDERS]).get(_CHANNELS[scope["path"]])
    if provider is None:
        raise NotFound
    return provider


async def _read(receive: Receive) -> bytes:
    """The bytes as they were signed, no more of them than the largest callback has."""
    body, more = bytearray(), True
    while more:
        message = cast("Mapping[str, Any]", await receive())
        if message["type"] == "http.disconnect":
            raise ClientException
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_CALLBACK:
            raise RequestEntityTooLarge
    return bytes(body)


def _headers(scope: HTTPScope) -> dict[str, str]:
    """By name; of a repeated one all values in one line (RFC 9110, section 5.3), which no signature is made for."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


async def _say(send: Send, answer: Acknowledgement) -> None:
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})
