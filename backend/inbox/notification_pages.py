"""How one wants to be told: topics by channels, what was stopped, quiet hours, pushes to this device."""

from datetime import time
from typing import Any

from litestar import Request, Response, get, post

from backend.core.clock import Clock
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page, see_other
from backend.core.http.toasts import say_next
from backend.core.sessions import Session
from backend.inbox.choices import label_of, presets, shifted, shown, stops, topics
from backend.inbox.errors import UnknownChannel
from backend.inbox.service import resume_stopped
from notifications import models
from notifications.consents import get_consents
from notifications.preferences import get_reader, resume_quiet_hours, set_channel, set_quiet_hours
from notifications.subscriptions import count_subscriptions
from notifications.topics import topic_of
from pwa.views.me import Channel, NotificationSettings, PushExplainer
from pwa.views.messages import QuietHours
from pwa.views.parts import FieldError, Text
from pwa.views.shell import Tab, Toast

_CHANNELS = {Channel.PUSH: models.ChannelName.WEB_PUSH, Channel.SMS: models.ChannelName.SMS}
_CHANNEL_NAMES = {Channel.PUSH: Text("手机推送", "push"), Channel.SMS: Text("短信", "text messages")}
_EXAMPLES = (
    Text("证照到期前，提醒您去换", "Before a licence expires, so that you can renew it"),
    Text("到了可以申请的日子，提醒您去办", "On the day from which you may apply for something"),
    Text("办件要补材料，第一时间告诉您", "As soon as your application needs something from you"),
)
_NOT_A_TIME = Text("请填写时间，例如 22:00", "Enter a time such as 22:00")
_NO_TIME_BETWEEN = Text("结束要和开始不同", "The end must differ from the beginning")


@get("/me/notifications", opt=access(Access.RESIDENT), include_in_schema=False)
async def notifications(
    request: Request[Any, Any, Any], db: Given[Database], session: Given[Session]
) -> Response[bytes]:
    """Every topic by every channel, what was stopped, and quiet hours."""
    view = await _settings(db, session)
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
        given = QuietHours(begins=begins or models.QuietHours().starts, ends=ends or models.QuietHours().ends)
        view = await _settings(db, session, given, faults)
        return await page(request, "inbox/notifications.html", view, tab=Tab.ME, status=422)
    async with db.transaction() as tx:
        await set_quiet_hours(tx, session.subject_id, models.QuietHours(begins, ends), clock.now())
    said = Toast(text=Text("不打扰时段已保存", "Quiet hours saved"))
    return say_next(request, see_other("/me/notifications#quiet"), said)


@post("/me/quiet-hours/switch", opt=access(Access.RESIDENT), include_in_schema=False)
async def switch_quiet_hours(
    request: Request[Any, Any, Any], db: Given[Database], clock: Given[Clock], session: Given[Session]
) -> Response[bytes]:
    """Field `on` (on or off); on again they have the hours they had."""
    on = (await request.form()).get("on") == "on"
    async with db.transaction() as tx:
        if on:
            await resume_quiet_hours(tx, session.subject_id, clock.now())
        else:
            await set_quiet_hours(tx, session.subject_id, None, clock.now())
    said = Text("已打开不打扰", "Quiet hours on") if on else Text("已关闭不打扰", "Quiet hours off")
    return say_next(request, see_other("/me/notifications#quiet"), Toast(text=said))


@post("/me/notifications/resume", opt=access(Access.RESIDENT), include_in_schema=False)
async def resume(
    request: Request[Any, Any, Any], db: Given[Database], clock: Given[Clock], session: Given[Session]
) -> Response[bytes]:
    """Takes one stop back: fields `scope` and `name` as the list gives them. Repeating it changes nothing."""
    form = await request.form()
    stop = await resume_stopped(db, session.subject_id, form.get("scope", ""), form.get("name", ""), clock.now())
    back = see_other("/me/notifications#stopped")
    if stop is None:
        return back
    label = label_of(stop)
    said = Text(f"已恢复：{label.zh}", f"Reminding again: {label.en or label.zh}")
    return say_next(request, back, Toast(text=said))


@get("/me/push", opt=access(Access.RESIDENT), include_in_schema=False)
async def push(request: Request[Any, Any, Any], db: Given[Database], session: Given[Session]) -> Response[bytes]:
    """Why, before the browser asks."""
    quiet = (await get_reader(db, session.subject_id)).quiet_hours
    view = PushExplainer(
        quiet=None if quiet is None else shown(quiet),
        devices=await count_subscriptions(db, session.subject_id),
        examples=_EXAMPLES,
    )
    return await page(request, "inbox/push.html", view, tab=Tab.ME)


async def _settings(
    db: Database, session: Session, given: QuietHours | None = None, errors: tuple[FieldError, ...] = ()
) -> NotificationSettings:
    """`given` are hours that were refused, to be shown again."""
    quiet = (await get_reader(db, session.subject_id)).quiet_hours
    hours = quiet or models.QuietHours()
    agreed = await get_consents(db, session.subject_id)
    return NotificationSettings(
        recommends=agreed[models.Purpose.RECOMMENDATIONS],
        refuses=not agreed[models.Purpose.FEATURES],
        presets=presets(hours),
        topics=await topics(db, session.subject_id),
        stopped=await stops(db, session.subject_id),
        quiet_on=quiet is not None or given is not None,
        quiet=given or shown(hours),
        earlier=shifted(hours, -1),
        later=shifted(hours, 1),
        push_devices=await count_subscriptions(db, session.subject_id),
        errors=errors,
    )


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


HANDLERS = [notifications, switch_channel, quiet_hours, switch_quiet_hours, resume, push]
