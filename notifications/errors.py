"""Refusals of the inbox and of push subscriptions; rendered like every other refusal of the house."""

from typing import Any, ClassVar


class Refusal(Exception):
    """An expected "no". `code` is stable, `status` the HTTP status, `zh`/`en` what a person reads, with {facts}."""

    code: ClassVar[str]
    status: ClassVar[int] = 400
    zh: ClassVar[str]
    en: ClassVar[str]

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.en.format(**facts))

    def sentence(self, locale: str) -> str:
        """What happened and what to do next, in the reader's language."""
        return (self.en if locale == "en" else self.zh).format(**self.facts)


class MessageNotFound(Refusal):
    code = "notifications.message_not_found"
    status = 404
    zh = "没有找到这条消息。请回到消息列表查看。"
    en = "This message was not found. Go back to your messages."


class BadCursor(Refusal):
    code = "notifications.bad_cursor"
    zh = "列表的位置已失效。请从第一页重新打开。"
    en = "This place in the list is no longer valid. Open the list again from its first page."


class UnknownTopic(Refusal):
    code = "notifications.unknown_topic"
    zh = "没有“{topic}”这类消息。"
    en = "There is no kind of message called {topic}."


class CannotStop(Refusal):
    code = "notifications.cannot_stop"
    status = 409
    zh = "这是依法必须告知的通知，不能停止；您可以选择不用推送或短信接收。"
    en = "The law requires this notice, so it cannot be stopped; you can choose not to get it by push or SMS."


class UnknownPurpose(Refusal):
    code = "notifications.unknown_purpose"
    status = 404
    zh = "没有这一项说明。请回到“消息与隐私”查看。"
    en = "There is no such text. Go back to Messages and privacy."


class ConsentTextChanged(Refusal):
    code = "notifications.consent_text_changed"
    status = 409
    zh = "这段说明刚刚更新过。请看过新的说明再决定。"
    en = "This text has just been revised. Please read the new one before you decide."


class StopLinkNotFound(Refusal):
    code = "notifications.stop_link_not_found"
    status = 404
    zh = "这个链接不对，或已经失效。请登录后在“消息与隐私”里停止提醒，或拨打服务热线。"
    en = "This link is wrong or no longer valid. Sign in and stop it under Messages and privacy, or call the hotline."


class CannotSnooze(Refusal):
    code = "notifications.cannot_snooze"
    status = 409
    zh = "不能推迟到这个时间：这条消息到那时已经不再有用，或时间已过。请选更早的日期。"
    en = "The message cannot wait until then: it would be of no more use, or that time has passed. Choose another day."


class BadQuietHours(Refusal):
    code = "notifications.bad_quiet_hours"
    zh = "不打扰时段的开始和结束不能相同。如果不需要，请直接关闭。"
    en = "Quiet hours cannot start and end at the same time. Switch them off if you do not need them."


class EndpointRefused(Refusal):
    code = "notifications.endpoint_refused"
    zh = "这个浏览器的推送地址不能使用：{reason}"
    en = "The push address of this browser cannot be used: {reason}"


class SubscriptionKeyRefused(Refusal):
    code = "notifications.subscription_key_refused"
    zh = "这个浏览器的推送密钥不正确（{field}）：{reason}"
    en = "The push key of this browser is not valid ({field}): {reason}"


class ServerKeyUnknown(Refusal):
    code = "notifications.server_key_unknown"
    status = 409
    zh = "推送订阅用的是旧的服务密钥。请重新打开推送。"
    en = "This subscription is bound to an old server key. Turn push on again."
