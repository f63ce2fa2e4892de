"""What people are told about: the codes preferences are kept by, and the words a lock screen may show."""

from msgspec import Struct

from notifications.errors import UnknownTopic
from notifications.models import ChannelName


class Topic(Struct, frozen=True, kw_only=True):
    """`push_*` are the only words about the matter that leave for a lock screen."""

    code: str
    icon: str
    label_zh: str
    label_en: str
    push_zh: str
    push_en: str


def on_by_default(channel: ChannelName) -> bool:
    """Of every topic: SMS only after the person turned it on. Recommendations need a consent besides (consents.py)."""
    return channel is ChannelName.WEB_PUSH


TOPICS = {
    topic.code: topic
    for topic in (
        Topic(
            code="licence-expiry",
            icon="bell",
            label_zh="证照到期与续期",
            label_en="Licence expiry and renewal",
            push_zh="您有一项证照服务提醒",
            push_en="You have a licence reminder",
        ),
        Topic(
            code="milestone",
            icon="calendar-clock",
            label_zh="到了可以办的时候",
            label_en="When you become able to apply",
            push_zh="您有一项服务现在可以办理",
            push_en="A service is now open to you",
        ),
        Topic(
            code="case",
            icon="file",
            label_zh="办件进度与补正",
            label_en="Progress of your applications",
            push_zh="您的办件有新进展",
            push_en="There is news on your application",
        ),
        Topic(
            code="payment",
            icon="wallet",
            label_zh="缴费",
            label_en="Payments",
            push_zh="您有一项缴费提醒",
            push_en="You have a payment reminder",
        ),
        Topic(
            code="appointment",
            icon="clock",
            label_zh="预约",
            label_en="Appointments",
            push_zh="您有一项预约提醒",
            push_en="You have an appointment reminder",
        ),
        Topic(
            code="policy",
            icon="gift",
            label_zh="可享的政策与补贴",
            label_en="Benefits you may be entitled to",
            push_zh="有一项政策可能与您有关",
            push_en="A benefit may apply to you",
        ),
        Topic(
            code="security",
            icon="shield",
            label_zh="账号与数据安全",
            label_en="Account and data security",
            push_zh="您的账号有一条安全通知",
            push_en="There is a security notice on your account",
        ),
    )
}


def topic_of(code: str) -> Topic:
    """The topic of a code; raises UnknownTopic."""
    try:
        return TOPICS[code]
    except KeyError:
        raise UnknownTopic(topic=code) from None
