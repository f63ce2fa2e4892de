"""消息 and 我的: a reminder with its reason, a digest, settings, the push page."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from msgspec import structs

from pwa.views.consents import ConsentLog, ConsentPage, SaidWord, StopPage
from pwa.views.me import (
    Channel,
    ChannelSwitch,
    Identity,
    Me,
    NotificationSettings,
    PushExplainer,
    QuietPreset,
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
    title=Text("您有 3 件事到了办理的时候", "Three things can be done now"),
    body=Text(
        "下面列出每一件事，有期限的写着最后一天。", "Below you see each of them, with its last day where there is one."
    ),
    sent_at=datetime(2026, 11, 19, 8, 30, tzinfo=SHANGHAI),
    digest=(
        DigestLine(
            title=Text("居住证签注", "Residence permit"),
            due=Due(on=date(2026, 12, 18), soon=True),
            action=Action(label=Text("去签注", "Endorse"), path="/services/LAW-0012"),
            part="licence-expiry:residence-permit",
        ),
        DigestLine(
            title=Text("机动车驾驶证", "Driving licence"),
            due=Due(on=date(2027, 2, 3)),
            action=Action(label=Text("去换证", "Renew"), path="/services/LAW-0025"),
            part="licence-expiry:driving-licence",
            stopped=True,
        ),
        DigestLine(
            title=Text("可以申领敬老卡了", "You may now apply for a senior citizen card"),
            due=None,
            action=Action(label=Text("查看办理指南", "See the guide"), path="/services/SH-senior-citizen-card"),
            part="senior-citizen-card",
        ),
    ),
    why=Why(
        based_on=Text("您的证照和出生日期", "Your licences and date of birth"),
        rule=Text("到日子提醒", "A reminder when the day comes"),
    ),
    later_until=date(2026, 11, 23),
)

ENTITLED = OpenMessage(
    message_id="019aa011",
    title=Text("老年综合津贴可以直接领", "The old-age allowance can be paid to you"),
    body=Text(
        "您已满 65 周岁，不用申请，确认后就发放。",
        "You are 65. Nothing to apply for: confirm, and it is paid.",
    ),
    sent_at=datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI),
    icon="gift",
    why=Why(
        based_on=Text("出生日期 1961-11-20（来源：市公安局）", "date of birth 1961-11-20 (source: police)"),
        rule=Text("户籍在本市、年满 65 周岁即可享受", "Registered in the city and 65 or older"),
        source=Text("《上海市老年综合津贴制度》第二条"),
        plain=Text("您满 65 岁了，可以领老年综合津贴。", "You are 65 and may have the old-age allowance."),
        decides=True,
    ),
    action=Action(label=Text("去确认", "Confirm"), path="/entitlements/old-age/1"),
    stop_label=Text("老年综合津贴", "old-age allowance"),
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
EVERYTHING = structs.replace(
    MESSAGES,
    tab=None,
    unread=dict.fromkeys(MessageTab, 1),
    lines=(
        MessageLine(
            message_id="019aa012",
            path="/messages/019aa012",
            title=Text("缴费成功：驾驶证工本费", "Payment received: driving licence document fee"),
            line=Text("10 元已缴清，凭证可以下载", "¥10 paid; the receipt can be downloaded"),
            sent_at=datetime(2026, 11, 20, 10, 5, tzinfo=SHANGHAI),
            icon="receipt",
            read=False,
        ),
        MessageLine(
            message_id="019aa013",
            path="/messages/019aa013",
            title=Text("还有一份材料要补", "One document is still missing"),
            line=Text("请补交户口簿照片", "Please send a photo of your household register"),
            sent_at=datetime(2026, 11, 19, 15, 0, tzinfo=SHANGHAI),
            icon="file-text",
            read=False,
        ),
        *LINES,
    ),
    next_path="/messages?after=2",
)
NO_MESSAGES = Messages(tab=MessageTab.NOTICE, unread={})
NO_MESSAGES_AT_ALL = structs.replace(NO_MESSAGES, tab=None)
MESSAGE = MessagePage(message=ENDORSE)
DIGEST_PAGE = MessagePage(message=DIGEST)
ENTITLED_PAGE = MessagePage(message=ENTITLED, tab=MessageTab.TODO)
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
PRESETS = (
    QuietPreset(label=Text("一般", "Usual"), hours=QUIET, chosen=True),
    QuietPreset(label=Text("早睡早起", "Early to bed"), hours=EARLIER),
)
SETTINGS = NotificationSettings(
    topics=TOPICS,
    recommends=True,
    quiet=QUIET,
    presets=PRESETS,
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
SETTINGS_LOUD = NotificationSettings(
    topics=TOPICS, refuses=True, quiet=QUIET, earlier=EARLIER, later=LATER, quiet_on=False
)
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

_CONSENT_LINES = (
    Text(
        "同意后，平台会按您的年龄、证照和办过的事，找出可能适合您的政策和服务。",
        "If you agree, the platform uses your age, your licences and what you have applied for.",
    ),
    Text("每天最多推荐一条，每周最多三条。", "At most one recommendation a day and three a week."),
    Text("不同意不影响任何服务，随时可以关掉。", "Saying no changes nothing else; switch it off at any time."),
)
_RECOMMEND = Text("推荐可能适合我的政策和服务", "Recommend policies and services that may suit me")
_USE = Text("用我的信息找出我可以享受的待遇", "Use my information to find what I am entitled to")
CONSENT = ConsentPage(
    path="/me/consents/recommendations",
    title=_RECOMMEND,
    lines=_CONSENT_LINES,
    version=2,
    since=date(2026, 11, 1),
    given=False,
    asks=True,
    refusing=True,
)
CONSENT_GIVEN = structs.replace(CONSENT, given=True, refusing=False)
CONSENT_EARLIER = structs.replace(CONSENT, version=1, since=date(2026, 9, 1), current=False)
FEATURES = structs.replace(CONSENT, path="/me/consents/features", title=_USE, given=True, asks=False, refusing=False)
CONSENTS = ConsentLog(
    words=(
        SaidWord(
            title=_USE,
            said=Text("已选择不使用", "You refused"),
            given=False,
            said_on=date(2026, 11, 20),
            said_at=time(10, 5),
            version=1,
            path="/me/consents/features?version=1",
            fingerprint="684c5767",
        ),
        SaidWord(
            title=_RECOMMEND,
            said=Text("已同意", "You agreed"),
            given=True,
            said_on=date(2025, 12, 2),
            said_at=time(21, 40),
            version=1,
            path="/me/consents/recommendations?version=1",
            fingerprint="c97f34ad",
        ),
    ),
)
STOP = StopPage(
    path="/s/AbCdEfGhIjKl",
    read_path="/messages/019aa001/open",
    topic=Text("证照到期与续期", "Licence expiry and renewal"),
    sent_on=date(2026, 11, 20),
    can_stop=True,
    stopped=False,
    sms=True,
)
STOP_DONE = structs.replace(STOP, stopped=True)
STOP_STATUTORY = structs.replace(STOP, topic=Text("办件进度与补正", "Progress of your applications"), can_stop=False)
STOP_STATUTORY_DONE = structs.replace(STOP_STATUTORY, sms=False)
