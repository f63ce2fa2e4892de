"""Refusals of the messages' own screens."""

from backend.core.errors import Refusal


class PushUnavailable(Refusal):
    code = "inbox.push_unavailable"
    status = 503
    zh = "这里还没有开通手机推送。消息都在“消息”里，也可以收短信。"
    en = "Push is not available here yet. All messages are in your inbox, and you can receive text messages."


class BadDays(Refusal):
    code = "inbox.bad_days"
    status = 422
    zh = "请选择 1 到 {most} 天后再提醒。"
    en = "Choose to be reminded in 1 to {most} days."


class UnknownChannel(Refusal):
    code = "inbox.unknown_channel"
    status = 422
    zh = "没有这种接收方式。请在“消息与隐私”里重新选择。"
    en = "There is no such way to be told. Choose again under Messages and privacy."
