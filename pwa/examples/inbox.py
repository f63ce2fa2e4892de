"""消息 and 我的: a reminder with its reason, a digest, settings, the push page."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from pwa.views.me import (
    Channel,
    ChannelSwitch,
    Identity,
    Me,
    NotificationSettings,
    PushExplainer,
    Stopped,
    TopicPreference,
)
from pwa.views.messages import DigestLine, MessageLine, MessagePage, Messages, MessageTab, OpenMessage, QuietHours, Why
from pwa.views.parts import Action, Due, FieldError, Text

SHANGHAI = ZoneInfo("Asia/Shanghai")
QUIET = QuietHours(begins=time(22), ends=time(8))

ENDORSE = OpenMessage(
    message_id="019aa001",
    title=Text("居住证该签注了", "Time to endorse your residence permit"),
    body=Text(
        "您的居住证将住满一年。请在 12 月 18 日前签注，逾期证件功能会中止。免费，线上可办。",
        "You will have held your permit for one year. Endorse it by 18 December, or it stops working. Free, online.",
    ),
    sent_at=datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI),
    due=Due(on=date(2026, 12, 18), soon=True),
    why=Why(
        based_on=Text("居住证，上次签注 2025-12-18", "Residence permit, last endorsed 2025-12-18"),
        rule=Text("每住满一年前 1 个月内签注", "Endorse within the month before each full year"),
        source=Text("《居住证暂行条例》第十条"),
        next=Text("未办则 12 月 3 日、11 日再提醒；办好即停", "Again on 3 and 11 December unless done"),
        plain=Text(
            "您的居住证 12 月 18 日满一年，每年要签注一次。",
            "Your permit is one year old on 18 December; it needs endorsing once a year.",
        ),
    ),
    action=Action(label=Text("去签注", "Endorse"), path="/services/LAW-0012"),
    stop_label=Text("居住证签注", "residence permit"),
)

DIGEST = OpenMessage(
    message_id="019aa009",
    title=Text("您有 2 件证照快到期", "Two of your licences expire soon"),
    body=Text("请在到期前办理，都可以现在办。", "Renew them before they expire; both can be done now."),
    sent_at=datetime(2026, 11, 19, 8, 30, tzinfo=SHANGHAI),
    digest=(
        DigestLine(
            title=Text("居住证签注", "Residence permit"),
            due=Due(on=date(2026, 12, 18), soon=True),
            action=Action(label=Text("去签注", "Endorse"), path="/services/LAW-0012"),
        ),
        DigestLine(
            title=Text("机动车驾驶证", "Driving licence"),
            due=Due(on=date(2027, 2, 3)),
            action=Action(label=Text("去换证", "Renew"), path="/services/LAW-0025"),
        ),
    ),
    why=Why(based_on=Text("您的两张证照", "Your two licences"), rule=Text("到期前提醒", "Reminder before expiry")),
    later_until=date(2026, 11, 23),
)

STOPPED = OpenMessage(
    message_id="019aa010",
    title=Text("驾驶证可以换证了", "Your driving licence can be renewed"),
    body=Text("明年 2 月 3 日到期，现在起可办。"),
    sent_at=datetime(2026, 11, 5, 8, 30, tzinfo=SHANGHAI),
    stopped=True,
)

LINES = (
    MessageLine(
        message_id="019aa003",
        path="/messages/019aa003",
        title=Text("港澳通行证已过期", "Hong Kong permit has expired"),
        line=Text("再赴港澳前请先换发", "Renew it before the next trip"),
        sent_at=datetime(2026, 11, 8, 8, 30, tzinfo=SHANGHAI),
        icon="plane",
        read=False,
    ),
    MessageLine(
        message_id="019aa010",
        path="/messages/019aa010",
        title=Text("驾驶证可以换证了", "Your driving licence can be renewed"),
        line=Text("明年 2 月 3 日到期，现在起可办", "It expires on 3 February 2027"),
        sent_at=datetime(2026, 11, 5, 8, 30, tzinfo=SHANGHAI),
        icon="car",
    ),
)

MESSAGES = Messages(
    tab=MessageTab.REMINDER,
    unread={MessageTab.TODO: 2, MessageTab.REMINDER: 1},
    opened=ENDORSE,
    lines=LINES,
    next_path="/messages?tab=reminder&after=2",
    quiet=QUIET,
)
NO_MESSAGES = Messages(tab=MessageTab.NOTICE, unread={})
MESSAGE = MessagePage(message=ENDORSE)
DIGEST_PAGE = MessagePage(message=DIGEST)
STOPPED_PAGE = MessagePage(message=STOPPED)

TOPICS = (
    TopicPreference(
        topic="licence_expiry",
        icon="bell",
        label=Text("证照到期与续期", "Licences and renewals"),
        channels=(
            ChannelSwitch(channel=Channel.INBOX, on=True, locked=True),
            ChannelSwitch(channel=Channel.PUSH, on=True),
            ChannelSwitch(channel=Channel.SMS, on=False),
        ),
    ),
    TopicPreference(
        topic="entitlements",
        icon="hand-coins",
        label=Text("可享的政策与补贴", "Benefits you may claim"),
        note=Text("满足条件时告诉您", "We tell you when you qualify"),
        channels=(
            ChannelSwitch(channel=Channel.INBOX, on=True, locked=True),
            ChannelSwitch(channel=Channel.PUSH, on=False),
            ChannelSwitch(channel=Channel.SMS, on=False),
        ),
    ),
)

IDENTITY = Identity(
    name="林*雯",
    spoken=Text("林某雯"),
    initial="林",
    level=Text("实名 · 高级", "Verified"),
    allows=Text("可办全部事项", "All services open to you"),
)
ME = Me(identity=IDENTITY, topics=TOPICS, quiet=QUIET, other_devices=2)
ME_SIGNED_OUT = Me()
EARLIER, LATER = QuietHours(begins=time(21), ends=time(7)), QuietHours(begins=time(23), ends=time(9))
SETTINGS = NotificationSettings(
    topics=TOPICS,
    quiet=QUIET,
    earlier=EARLIER,
    later=LATER,
    stopped=(
        Stopped(
            scope="rule",
            name="licence-expiry:driving-licence",
            label=Text("机动车驾驶证到期提醒", "Reminders for the driving licence"),
            on=date(2026, 11, 5),
        ),
    ),
    push_devices=1,
)
SETTINGS_LOUD = NotificationSettings(topics=TOPICS, quiet=QUIET, earlier=EARLIER, later=LATER, quiet_on=False)
SETTINGS_REFUSED = NotificationSettings(
    topics=TOPICS,
    quiet=QuietHours(begins=time(8), ends=time(8)),
    earlier=EARLIER,
    later=LATER,
    errors=(
        FieldError(field="ends", message=Text("结束时间要与开始时间不同", "The end must differ from the beginning")),
    ),
)
PUSH = PushExplainer(
    quiet=QUIET,
    examples=(
        Text("证照快到期了", "A licence is about to expire"),
        Text("有您可以申领的补贴", "A benefit you may claim"),
    ),
)
