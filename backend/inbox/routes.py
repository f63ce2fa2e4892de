"""Push subscriptions of the browser that asks."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.params import JSONBody
from msgspec import Struct

from backend.core.clock import Clock
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.display import locale_of
from backend.core.http.given import Given
from backend.core.http.limits import limit_requests
from backend.core.limits import Limit
from backend.core.sessions import Session
from backend.core.settings import Settings
from backend.inbox.push_keys import push_keys
from notifications.models import Locale
from notifications.preferences import set_locale
from notifications.subscriptions import subscribe, unsubscribe
from notifications.webpush.endpoints import parse_origins
from notifications.webpush.intake import RawSubscription, check_subscription

_SUBSCRIPTIONS = Limit(name="push-subscriptions", times=60, per=timedelta(hours=1))


class PushKey(Struct, frozen=True):
    """`key` is the applicationServerKey for PushManager.subscribe(): 65 bytes as base64url without padding.

    `csrf_token` lets a service worker, which has no page to read it from, subscribe again; null when signed out.
    """

    key: str
    csrf_token: str | None


class Endpoint(Struct, frozen=True):
    endpoint: str


@get("/api/push/key", opt=access(Access.PUBLIC), tags=["push"])
async def push_key(settings: Given[Settings], session: Given[Session | None]) -> Response[PushKey]:
    """The key that new push subscriptions are made with. 503 where push is not set up."""
    answer = PushKey(push_keys(settings).current.public, None if session is None else session.csrf_token)
    return Response(answer, headers={"Cache-Control": "no-store"})


@post("/api/push/subscriptions", opt=access(Access.RESIDENT), status_code=204, tags=["push"])
async def add_subscription(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    settings: Given[Settings],
    session: Given[Session],
    data: JSONBody[RawSubscription],
) -> None:
    """Sends pushes to this browser from now on: the body is PushSubscription.toJSON().

    400 with the reason for an endpoint that is no known push service or a key that is none; 409 when the subscription
    was made with a key that is no longer ours, then subscribe anew; 429 when a person subscribes again and again.
    Pushes speak the language of this request.
    """
    await limit_requests(request, _SUBSCRIPTIONS, str(session.subject_id))
    checked = check_subscription(data, push_keys(settings), parse_origins(settings.push_extra_origins))
    now = clock.now()
    async with db.transaction() as tx:
        await subscribe(tx, session.subject_id, checked, now)
        await set_locale(tx, session.subject_id, Locale(locale_of(request)), now)


@delete("/api/push/subscriptions", opt=access(Access.RESIDENT), status_code=204, tags=["push"])
async def remove_subscription(db: Given[Database], session: Given[Session], data: JSONBody[Endpoint]) -> None:
    """No more pushes to this browser. Repeating it, or naming somebody else's browser, changes nothing."""
    async with db.transaction() as tx:
        await unsubscribe(tx, session.subject_id, data.endpoint)


HANDLERS = [push_key, add_subscription, remove_subscription]
