"""我的: who one is here, how one wants to be told, and how the screens look."""

from datetime import time
from typing import Any

from litestar import Request, Response, get, post
from redis.asyncio import Redis

from backend.citizens.masking import spoken_name
from backend.citizens.models import Level
from backend.core.clock import Clock
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page, see_other
from backend.core.http.toasts import say_next
from backend.core.sessions import Session, count_other_sessions, end_other_sessions
from backend.inbox.errors import UnknownChannel
from notifications import models
from notifications.preferences import get_reader, list_choices, set_channel, set_quiet_hours
from notifications.subscriptions import count_subscriptions, unsubscribe_others
from notifications.topics import TOPICS, topic_of
from pwa.views.me import Channel, ChannelSwitch, Identity, Me, NotificationSettings, PushExplainer, TopicPreference
from pwa.views.messages import QuietHours
from pwa.views.pages import Plain
from pwa.views.parts import FieldError, Text
from pwa.views.shell import Tab, Toast

_CHANNELS = {Channel.PUSH: models.ChannelName.WEB_PUSH, Channel.SMS: models.ChannelName.SMS}
_CHANNEL_NAMES = {Channel.PUSH: Text("手机推送", "push"), Channel.SMS: Text("短信", "text messages")}
_LEVELS = {
    Level.ADVANCED: (Text("实名 · 高级", "Identity seen"), Text("可办全部事项", "All services are open to you")),
    Level.REAL_NAME: (
        Text("实名 · 初级", "Name verified"),
        Text("可查、可缴，部分事项需到现场核验", "Look up and pay; some services need you in person"),
    ),
}
_EXAMPLES = (
    Text("证照到期前，提醒您去换", "Before a licence expires, so that you can renew it"),
    Text("到了可以申请的日子，提醒您去办", "On the day from which you may apply for something"),
    Text("办件要补材料，第一时间告诉您", "As soon as your application needs something from you"),
)
_NOT_A_TIME = Text("请填写时间，例如 22:00", "Enter a time such as 22:00")
_NO_TIME_BETWEEN = Text("结束要和开始不同", "The end must differ from the beginning")


@get("/me", opt=access(Access.PUBLIC), include_in_schema=False)
async def me(
    request: Request[Any, Any, Any], db: Given[Database], redis: Given[Redis], session: Given[Session | None]
) -> Response[bytes]:
    """The tab; signed out only how the screens look."""
    if session is None:
        return await page(request, "inbox/me.html", Me(), tab=Tab.ME)
    quiet = (await get_reader(db, session.subject_id)).quiet_hours
    view = Me(
        identity=_identity(session),
        topics=await _topics(db, session),
        quiet=None if quiet is None else _shown(quiet),
        other_devices=await count_other_sessions(redis, session),
    )
    return await page(request, "inbox/me.html", view, tab=Tab.ME)


@get("/me/display", opt=access(Access.PUBLIC), include_in_schema=False)
async def display_settings(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Language, elder mode, size and theme on one page."""
    return await page(request, "inbox/display.html", Plain(), tab=Tab.ME)


@get("/me/notifications", opt=access(Access.RESIDENT), include_in_schema=False)
async def notifications(
    request: Request[Any, Any, Any], db: Given[Database], session: Given[Session]
) -> Response[bytes]:
    """Every topic by every channel, and quiet hours."""
    quiet = (await get_reader(db, session.subject_id)).quiet_hours or models.QuietHours()
    view = await _settings(db, session, _shown(quiet))
    return await page(request, "inbox/notifications.html", view, tab=Tab.ME)


@post("/me/notifications", opt=access(Access.RESIDENT), include_in_schema=False)
async def switch_channel(
    request: Request[Any, Any, Any], db: Given[Database], clock: Given[Clock], session: Given[Session]
) -> Response[bytes]:
    """One switch: fields `topic`, `channel` (push or sms) and `on` (on or off)."""
    form = await request.form()
    topic, enabled = topic_of(form.get("topic", "")), form.get("on") == "on"
    channel = _channel(form.get("channel", ""))
    async with db.transaction() as tx:
        await set_channel(tx, session.subject_id, topic.code, _CHANNELS[channel], enabled=enabled, now=clock.now())
    name = _CHANNEL_NAMES[channel]
    said = Text(
        f"{topic.label_zh}：{name.zh}已{'打开' if enabled else '关闭'}",
        f"{topic.label_en}: {name.en} {'on' if enabled else 'off'}",
    )
    return say_next(request, see_other(f"/me/notifications#{topic.code}"), Toast(text=said))


@post("/me/quiet-hours", opt=access(Access.RESIDENT), include_in_schema=False)
async def quiet_hours(
    request: Request[Any, Any, Any], db: Given[Database], clock: Given[Clock], session: Given[Session]
) -> Response[bytes]:
    """Fields `begins` and `ends`, HH:MM in the city's time; what cannot be is shown again with the reason."""
    form = await request.form()
    begins, ends = _time(form.get("begins", "")), _time(form.get("ends", ""))
    faults = _faults(begins, ends)
    if begins is None or ends is None or faults:
        shown = QuietHours(begins=begins or models.QuietHours().starts, ends=ends or models.QuietHours().ends)
        view = await _settings(db, session, shown, faults)
        return await page(request, "inbox/notifications.html", view, tab=Tab.ME, status=422)
    async with db.transaction() as tx:
        await set_quiet_hours(tx, session.subject_id, models.QuietHours(begins, ends), clock.now())
    said = Toast(text=Text("不打扰时段已保存", "Quiet hours saved"))
    return say_next(request, see_other("/me/notifications#quiet"), said)


@get("/me/push", opt=access(Access.RESIDENT), include_in_schema=False)
async def push(request: Request[Any, Any, Any], db: Given[Database], session: Given[Session]) -> Response[bytes]:
    """Why, before the browser asks."""
    view = PushExplainer(
        quiet=_shown((await get_reader(db, session.subject_id)).quiet_hours or models.QuietHours()),
        devices=await count_subscriptions(db, session.subject_id),
        examples=_EXAMPLES,
    )
    return await page(request, "inbox/push.html", view, tab=Tab.ME)


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


async def _settings(
    db: Database, session: Session, quiet: QuietHours, errors: tuple[FieldError, ...] = ()
) -> NotificationSettings:
    return NotificationSettings(
        topics=await _topics(db, session),
        quiet=quiet,
        push_devices=await count_subscriptions(db, session.subject_id),
        errors=errors,
    )


async def _topics(db: Database, session: Session) -> tuple[TopicPreference, ...]:
    return tuple(_preference(choice) for choice in await list_choices(db, session.subject_id))


def _preference(choice: models.TopicChoice) -> TopicPreference:
    topic = TOPICS[choice.topic]
    return TopicPreference(
        topic=topic.code,
        icon=topic.icon,
        label=Text(topic.label_zh, topic.label_en),
        channels=(
            ChannelSwitch(channel=Channel.INBOX, on=True, locked=True),
            ChannelSwitch(channel=Channel.PUSH, on=choice.web_push and not choice.stopped),
            ChannelSwitch(channel=Channel.SMS, on=choice.sms and not choice.stopped),
        ),
    )


def _shown(quiet: models.QuietHours) -> QuietHours:
    return QuietHours(begins=quiet.starts, ends=quiet.ends)


def _channel(value: str) -> Channel:
    if value not in set(_CHANNELS):
        raise UnknownChannel
    return Channel(value)


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if len(text) == len("HH:MM") else None
    except ValueError:
        return None


def _faults(begins: time | None, ends: time | None) -> tuple[FieldError, ...]:
    missing = [name for name, at in (("begins", begins), ("ends", ends)) if at is None]
    if missing:
        return tuple(FieldError(field=name, message=_NOT_A_TIME) for name in missing)
    return (FieldError(field="ends", message=_NO_TIME_BETWEEN),) if begins == ends else ()


HANDLERS = [me, display_settings, notifications, switch_channel, quiet_hours, push, sign_out_others]
