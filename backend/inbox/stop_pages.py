"""Where the address in a short message leads: reading needs a sign-in, stopping does not.

Opening it changes nothing, because mail scanners and previews open addresses too; only the button does.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from backend.core.clock import Clock, local_date
from backend.core.db import Database, Queryable
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.limits import limit_failures, note_failure
from backend.core.http.pages import page, see_other
from backend.core.limits import Limit
from backend.inbox.service import remind_again, stop_reminding
from notifications.errors import StopLinkNotFound
from notifications.inbox import get_message
from notifications.models import ChannelName, Pointer
from notifications.preferences import list_choices, set_channel
from notifications.stop_links import read_code
from notifications.topics import topic_of
from pwa.views.consents import StopPage
from pwa.views.parts import Text

_GUESSES = Limit(name="stop-links", times=30, per=timedelta(hours=1))
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
"""The address is a capability: it is told to nobody."""


@get("/s/{code:str}", opt=access(Access.PUBLIC), include_in_schema=False)
async def short_message(
    request: Request[Any, Any, Any], db: Given[Database], clock: Given[Clock], code: FromPath[str]
) -> Response[bytes]:
    """What the short message was about, by its topic alone, and the way to stop."""
    whose = await _whose(request, db, code)
    message = await get_message(db, whose.recipient_id, whose.message_id, clock.now())
    topic = topic_of(message.topic)
    view = StopPage(
        path=f"/s/{code}",
        read_path=f"/messages/{whose.message_id}/open",
        topic=Text(topic.label_zh, topic.label_en),
        sent_on=local_date(message.queued_at),
        can_stop=message.can_stop,
        stopped=message.stopped and message.can_stop,
        sms=await _has_sms(db, whose.recipient_id, message.topic),
    )
    response = await page(request, "inbox/stop.html", view)
    response.headers.update(_PRIVATE)
    return response


@post("/s/{code:str}/stop", opt=access(Access.PUBLIC), include_in_schema=False)
async def stop(
    request: Request[Any, Any, Any], db: Given[Database], clock: Given[Clock], code: FromPath[str]
) -> Response[bytes]:
    """As 不再提醒 in the inbox: all channels, at once. Repeating it changes nothing."""
    whose = await _whose(request, db, code)
    await stop_reminding(db, whose.recipient_id, whose.message_id, clock.now())
    return see_other(f"/s/{code}")


@post("/s/{code:str}/resume", opt=access(Access.PUBLIC), include_in_schema=False)
async def resume(
    request: Request[Any, Any, Any], db: Given[Database], clock: Given[Clock], code: FromPath[str]
) -> Response[bytes]:
    whose = await _whose(request, db, code)
    await remind_again(db, whose.recipient_id, whose.message_id, clock.now())
    return see_other(f"/s/{code}")


@post("/s/{code:str}/sms", opt=access(Access.PUBLIC), include_in_schema=False)
async def switch_sms(
    request: Request[Any, Any, Any], db: Given[Database], clock: Given[Clock], code: FromPath[str]
) -> Response[bytes]:
    """Field `on`: short messages about this topic, for what cannot be stopped."""
    whose, on = await _whose(request, db, code), (await request.form()).get("on") == "on"
    async with db.transaction() as tx:
        message = await get_message(tx, whose.recipient_id, whose.message_id, clock.now())
        await set_channel(tx, whose.recipient_id, message.topic, ChannelName.SMS, enabled=on, now=clock.now())
    return see_other(f"/s/{code}")


async def _whose(request: Request[Any, Any, Any], db: Database, code: str) -> Pointer:
    """Raises StopLinkNotFound, and TooManyRequests for who keeps guessing."""
    await limit_failures(request, _GUESSES)
    try:
        return await read_code(db, code)
    except StopLinkNotFound:
        await note_failure(request, _GUESSES)
        raise


async def _has_sms(conn: Queryable, recipient_id: UUID, topic: str) -> bool:
    return any(choice.sms for choice in await list_choices(conn, recipient_id) if choice.topic == topic)


HANDLERS = [short_message, stop, resume, switch_sms]
