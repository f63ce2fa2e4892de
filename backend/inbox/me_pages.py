"""我的: who one is here, on which devices, and how the screens look."""

from typing import Any

from litestar import Request, Response, get, post
from redis.asyncio import Redis

from backend.citizens.masking import spoken_name
from backend.citizens.models import Level
from backend.citizens.representation import acts_for_others
from backend.core.clock import Clock
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page, see_other
from backend.core.http.toasts import say_next
from backend.core.sessions import Session, count_other_sessions, end_other_sessions
from backend.inbox.acting_pages import ROW
from backend.inbox.choices import shown, topics
from notifications.consents import list_consenting
from notifications.preferences import get_reader
from notifications.subscriptions import unsubscribe_others
from pwa.views.me import Identity, Me
from pwa.views.pages import Plain
from pwa.views.parts import Text
from pwa.views.shell import Tab, Toast

_LEVELS = {
    Level.ADVANCED: (Text("实名 · 高级", "Identity verified"), Text("可办全部事项", "All services are open to you")),
    Level.REAL_NAME: (
        Text("实名 · 初级", "Name verified"),
        Text("可查、可缴，部分事项需到现场核验", "Look up and pay; some services need you in person"),
    ),
}


@get("/me", opt=access(Access.PUBLIC), include_in_schema=False)
async def me(
    request: Request[Any, Any, Any],
    db: Given[Database],
    redis: Given[Redis],
    clock: Given[Clock],
    session: Given[Session | None],
) -> Response[bytes]:
    """The tab; signed out only how the screens look."""
    if session is None:
        return await page(request, "inbox/me.html", Me(), tab=Tab.ME)
    quiet = (await get_reader(db, session.subject_id)).quiet_hours
    view = Me(
        identity=_identity(session),
        topics=await topics(db, session.subject_id),
        quiet=None if quiet is None else shown(quiet),
        recommends=bool(await list_consenting(db, [session.subject_id])),
        other_devices=await count_other_sessions(redis, session),
        rows=(ROW,) if await acts_for_others(db, session.subject_id, clock.now()) else (),
    )
    return await page(request, "inbox/me.html", view, tab=Tab.ME)


@get("/me/display", opt=access(Access.PUBLIC), include_in_schema=False)
async def display_settings(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Language, elder mode, size and theme on one page."""
    return await page(request, "inbox/display.html", Plain(), tab=Tab.ME)


@post("/me/sign-out-others", opt=access(Access.RESIDENT), include_in_schema=False)
async def sign_out_others(
    request: Request[Any, Any, Any], db: Given[Database], redis: Given[Redis], session: Given[Session]
) -> Response[bytes]:
    """Ends the sessions of all other devices and their pushes; `push_endpoint` (filled in by script) is this one's."""
    form = await request.form()
    ended = await end_other_sessions(redis, session)
    async with db.transaction() as tx:
        await unsubscribe_others(tx, session.subject_id, form.get("push_endpoint") or None)
    said = Text(f"已退出其他 {ended} 台设备", f"Signed out on {ended} other device{'' if ended == 1 else 's'}")
    return say_next(request, see_other("/me"), Toast(text=said))


def _identity(session: Session) -> Identity:
    """Name masked as in the session; a level nobody vouched for counts as the lower one."""
    known = session.level == Level.ADVANCED
    level, allows = _LEVELS[Level.ADVANCED if known else Level.REAL_NAME]
    name, heard = session.display_name, spoken_name(session.display_name)
    spoken = Text(heard, heard if heard.isascii() else None)
    return Identity(name=name, spoken=spoken, initial=name[:1], level=level, allows=allows)


HANDLERS = [me, display_settings, sign_out_others]
