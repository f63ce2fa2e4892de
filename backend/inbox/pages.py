"""消息: the list, one message, and what its owner does with it."""

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.errors import BadParameter
from backend.core.http.access import Access, access
from backend.core.http.display import mode_of
from backend.core.http.given import Given
from backend.core.http.pages import own_path, page, see_other
from backend.core.http.toasts import say_next
from backend.core.sessions import Session
from backend.inbox import acting_pages, app_pages, consent_pages, me_pages, notification_pages, stop_pages
from backend.inbox.behalf import Behalf, behalf_of
from backend.inbox.service import go_on, open_message, put_off, remind_again, stop_reminding
from backend.inbox.showing import line, opened, stop_label, to_be_done
from notifications.inbox import count_unread, list_inbox
from notifications.models import InboxMessage, InboxPage, MessageState, Tab, UnreadCounts
from notifications.preferences import get_reader
from pwa.views import shell
from pwa.views.messages import MessagePage, Messages, MessageTab, QuietHours
from pwa.views.parts import Text

_LIST = "inbox/messages.html"


@get("/messages", opt=access(Access.PUBLIC), include_in_schema=False)
async def messages(
    request: Request[Any, Any, Any],
    db: Given[Database],
    keyring: Given[Keyring],
    clock: Given[Clock],
    session: Given[Session | None],
    tab: FromQuery[Tab | None] = None,
    after: FromQuery[str | None] = None,
) -> Response[bytes]:
    """A page of one tab; without a choice the first that has something unread. Elders read one list of all tabs."""
    if session is None:
        return await page(request, _LIST, Messages(tab=MessageTab.REMINDER, unread={}), tab=shell.Tab.MESSAGES)
    now = clock.now()
    unread = await count_unread(db, session.subject_id, now)
    chosen = None if mode_of(request) is shell.Mode.ELDER else tab or _first_unread(unread)
    found = await list_inbox(db, session.subject_id, chosen, now, after=after)
    behalf = await behalf_of(db, keyring, session.subject_id, (each.on_behalf_of for each in found.messages), now)
    quiet = (await get_reader(db, session.subject_id)).quiet_hours
    view = Messages(
        tab=None if chosen is None else MessageTab(chosen),
        unread={MessageTab.TODO: unread.todo, MessageTab.REMINDER: unread.reminder, MessageTab.NOTICE: unread.notice},
        quiet=None if quiet is None else QuietHours(begins=quiet.starts, ends=quiet.ends),
        **_drawn(found, behalf, now, first=after is None),
        next_path=_next_path(chosen, found.after),
    )
    return await page(request, _LIST, view, tab=shell.Tab.MESSAGES, unread=unread.total)


@get("/messages/{message_id:uuid}", opt=access(Access.RESIDENT), include_in_schema=False)
async def message(
    request: Request[Any, Any, Any],
    db: Given[Database],
    keyring: Given[Keyring],
    clock: Given[Clock],
    session: Given[Session],
    message_id: FromPath[UUID],
) -> Response[bytes]:
    """One message with its reason; showing it marks it read."""
    now = clock.now()
    found, behalf = await _open(db, keyring, session, message_id, now)
    view = MessagePage(message=behalf.labelled(opened(found, now), found), tab=MessageTab(found.tab))
    return await page(request, "inbox/message.html", view, tab=shell.Tab.MESSAGES)


@get("/messages/{message_id:uuid}/open", opt=access(Access.RESIDENT), include_in_schema=False)
async def open_link(
    db: Given[Database],
    keyring: Given[Keyring],
    clock: Given[Clock],
    session: Given[Session],
    message_id: FromPath[UUID],
    to: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Where a tapped push leads: marks it read and goes on to what it is about, or says that it is over."""
    found, _ = await _open(db, keyring, session, message_id, clock.now())
    if found.state is not MessageState.ACTIVE:
        return see_other(f"/messages/{message_id}")
    return see_other(await go_on(db, session.subject_id, found, to))


@post("/messages/{message_id:uuid}/later", opt=access(Access.RESIDENT), include_in_schema=False)
async def later(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    session: Given[Session],
    message_id: FromPath[UUID],
) -> Response[bytes]:
    """过几天提醒: form field `days`, by default about three."""
    day = await put_off(db, session.subject_id, message_id, _days(await request.form()), clock.now())
    said = Text(f"{day.month} 月 {day.day} 日再提醒您", f"We will remind you again on {day.day} {day:%B}")
    return say_next(request, see_other(await _back(request, message_id)), shell.Toast(text=said))


@post("/messages/{message_id:uuid}/stop", opt=access(Access.RESIDENT), include_in_schema=False)
async def stop(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    session: Given[Session],
    message_id: FromPath[UUID],
) -> Response[bytes]:
    """不再提醒, with the way back in the toast; field `part` names one of the things that a digest speaks of."""
    part = await _part(request)
    label = stop_label(await stop_reminding(db, session.subject_id, message_id, clock.now(), part))
    back = await _back(request, message_id)
    said = Text(f"已停止：{label.zh}", f"Stopped: {label.en or label.zh}")
    undo = f"/messages/{message_id}/undo-stop?next={quote(back, safe='')}"
    undo += f"&part={quote(part, safe='')}" if part else ""
    return say_next(request, see_other(back), shell.Toast(text=said, undo_path=undo))


@post("/messages/{message_id:uuid}/undo-stop", opt=access(Access.RESIDENT), include_in_schema=False)
async def undo_stop(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    session: Given[Session],
    message_id: FromPath[UUID],
) -> Response[bytes]:
    """Reminders of this kind again; what was dropped and is still of use is queued anew."""
    part = await _part(request)
    label = stop_label(await remind_again(db, session.subject_id, message_id, clock.now(), part))
    said = Text(f"已恢复：{label.zh}", f"Reminding again: {label.en or label.zh}")
    return say_next(request, see_other(await _back(request, message_id)), shell.Toast(text=said))


def _first_unread(unread: UnreadCounts) -> Tab:
    counts = {Tab.TODO: unread.todo, Tab.REMINDER: unread.reminder, Tab.NOTICE: unread.notice}
    return next((tab for tab, count in counts.items() if count), Tab.REMINDER)


def _next_path(tab: Tab | None, after: str | None) -> str | None:
    if after is None:
        return None
    return "/messages?" + (f"tab={tab}&" if tab else "") + f"after={quote(after)}"


def _drawn(found: InboxPage, behalf: Behalf, now: datetime, *, first: bool) -> dict[str, Any]:
    """On the first page the newest thing to do in full, everything else in lines."""
    messages = [behalf.closed(each) for each in found.messages]
    top = next((each for each in messages if to_be_done(each, now)), None) if first else None
    return {
        "opened": None if top is None else behalf.labelled(opened(top, now), top),
        "lines": tuple(behalf.labelled(line(each, now), each) for each in messages if each is not top),
    }


async def _open(
    db: Database, keyring: Keyring, session: Session, message_id: UUID, now: datetime
) -> tuple[InboxMessage, Behalf]:
    """Marks a message read, and closes it where the reader may not act any more for whom it is about."""
    found = await open_message(db, session.subject_id, message_id, now)
    behalf = await behalf_of(db, keyring, session.subject_id, [found.on_behalf_of], now)
    return behalf.closed(found), behalf


def _days(form: Any) -> int | None:
    given = form.get("days")
    if given is None:
        return None
    if not (given.isascii() and given.isdigit()):
        raise BadParameter(name="days", reason="not a number")
    return int(given)


async def _part(request: Request[Any, Any, Any]) -> str | None:
    return (await request.form()).get("part") or request.query_params.get("part") or None


async def _back(request: Request[Any, Any, Any], message_id: UUID) -> str:
    """The page the form was on, as it says itself; else the message's own."""
    given = (await request.form()).get("next") or request.query_params.get("next")
    return own_path(given, f"/messages/{message_id}")


HANDLERS = [
    *(messages, message, open_link, later, stop, undo_stop),
    *me_pages.HANDLERS,
    *acting_pages.HANDLERS,
    *notification_pages.HANDLERS,
    *consent_pages.HANDLERS,
    *stop_pages.HANDLERS,
    *app_pages.HANDLERS,
]
