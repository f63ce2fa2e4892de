"""What people agree to, word for word. A text that was ever shown never changes: it gets a successor.

A successor says the same better; what goes further than what was agreed to is another purpose, and asked for anew. A
word that was given keeps the version and the hash of its text, so that it can always be said what was agreed to.
"""

import hashlib
from collections.abc import Mapping
from datetime import date

import msgspec
from msgspec import Struct

from notifications.errors import UnknownPurpose
from notifications.models import Purpose


class ConsentText(Struct, frozen=True, kw_only=True):
    """One version. `lines_*` are its sentences, one by one; both languages belong to it."""

    purpose: Purpose
    version: int
    since: date
    title_zh: str
    title_en: str
    lines_zh: tuple[str, ...]
    lines_en: tuple[str, ...]

    @property
    def hash(self) -> bytes:
        """SHA-256 of everything a person could read, in both languages."""
        return hashlib.sha256(msgspec.json.encode(self)).digest()


_TEXTS = (
    ConsentText(
        purpose=Purpose.RECOMMENDATIONS,
        version=1,
        since=date(2026, 11, 1),
        title_zh="推荐可能适合我的政策和服务",
        title_en="Recommend policies and services that may suit me",
        lines_zh=(
            "同意后，平台会按您的年龄、证照、办过的事和部门报送的生活事件，找出可能适合您的政策和服务，放进“消息”，并按您的设置推送。",
            "只用市里已有的信息，只为向您推荐；不提供给企业和个人，不用于评价您，也不影响您办事。",
            "每天最多推荐一条，每周最多三条，每条都写明为什么推荐、用了哪些信息。",
            "不同意不影响任何服务，到期提醒、办件进度等照常。",
            "随时可以在“消息与隐私”里关掉，点一下就停，马上生效。",
        ),
        lines_en=(
            "If you agree, the platform uses your age, your licences, what you have applied for and the life events "
            "that departments report to find policies and services that may suit you, puts them into your messages and "
            "pushes them as you have chosen.",
            "Only information the city already holds is used, and only to recommend; it is given to no company and no "
            "other person, it does not rate you, and it changes nothing about how you are served.",
            "At most one recommendation a day and three a week; each says why you get it and which facts were used.",
            "If you do not agree, nothing else changes: expiry reminders and news of your applications come as before.",
            "You can switch it off at any time under Messages and privacy: one tap, effective at once.",
        ),
    ),
    ConsentText(
        purpose=Purpose.FEATURES,
        version=1,
        since=date(2026, 11, 1),
        title_zh="用我的信息找出我可以享受的待遇",
        title_en="Use my information to find what I am entitled to",
        lines_zh=(
            "平台按市里已有的信息（年龄、户籍和居住、证照、部门报送的生活事件），找出您可以免申即享的待遇；您同意过推荐的，也这样找推荐。",
            "打开“不使用我的信息做推荐”后，不再用您的信息做这两件事，已经发出的相关消息收回，马上生效。",
            "依法必须告知的通知、您自己的证照到期和办事日期提醒照常。可以享受的待遇，您仍然可以自己申请。",
            "随时可以改回来。",
        ),
        lines_en=(
            "The platform uses what the city already knows (your age, registration and residence, licences, life "
            "events that departments report) to find benefits that you can get without applying; if you agreed to "
            "recommendations, it finds those in the same way.",
            "If you switch on “Do not use my information to recommend”, your information is no longer used for either, "
            "and messages already sent about it are taken back, at once.",
            "Notices required by law and reminders of your own licences and dates come as before. You can still apply "
            "yourself for what you are entitled to.",
            "You can change it back at any time.",
        ),
    ),
)

TEXTS: Mapping[Purpose, tuple[ConsentText, ...]] = {
    purpose: tuple(sorted((text for text in _TEXTS if text.purpose is purpose), key=lambda text: text.version))
    for purpose in Purpose
}
"""All versions ever shown, the current one last."""


def purpose_of(name: str) -> Purpose:
    """Raises UnknownPurpose."""
    try:
        return Purpose(name)
    except ValueError:
        raise UnknownPurpose from None


def current_text(purpose: Purpose) -> ConsentText:
    return TEXTS[purpose][-1]


def text_of(purpose: Purpose, version: int) -> ConsentText:
    """Raises UnknownPurpose for a version there never was."""
    for text in TEXTS[purpose]:
        if text.version == version:
            return text
    raise UnknownPurpose
