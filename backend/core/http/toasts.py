"""What the last POST did, said once on the next page: carried over the redirect in a cookie that only we can write."""

import base64
import hmac
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie

from backend.core.http.state import resources_of
from pwa.views.shell import Toast

_COOKIE = "toast"
_LIFETIME_S = 60
_MARK_BYTES = 32  # of the keyed hash


def say_next(request: Request[Any, Any, Any], response: Response[bytes], toast: Toast) -> Response[bytes]:
    """Lets the next page of this browser show the toast."""
    resources = resources_of(request)
    content = msgspec.json.encode(toast)
    sealed = base64.urlsafe_b64encode(resources.keyring.lookup(_COOKIE, content.decode()) + content).decode()
    response.set_cookie(
        Cookie(
            key=_COOKIE,
            value=sealed,
            max_age=_LIFETIME_S,
            path="/",
            httponly=True,
            samesite="lax",
            secure=resources.settings.secure,
        )
    )
    return response


def take_toast(request: Request[Any, Any, Any]) -> Toast | None:
    """What was left for this page; nothing when it is not in our own hand."""
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(_COOKIE, ""))
        mark, content = sealed[:_MARK_BYTES], sealed[_MARK_BYTES:]
        ours = hmac.compare_digest(mark, resources_of(request).keyring.lookup(_COOKIE, content.decode()))
        return msgspec.json.decode(content, type=Toast) if ours else None
    except (ValueError, msgspec.DecodeError):
        return None


def forget_toast(response: Response[bytes]) -> Response[bytes]:
    """It was shown."""
    response.delete_cookie(_COOKIE, path="/")
    return response
