"""Refusals: what the office answers when it cannot do what was asked, and why."""

from typing import Any, ClassVar


class Refusal(Exception):
    """An expected "no": rendered as problem+json (RFC 9457) for the API and as an error page for screens.

    A subclass names one reason. `code` is stable and machine-readable (`feature.reason`), `status` the HTTP status,
    `zh` and `en` the sentence a person reads; both may use the facts as `{placeholders}`.
    """

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


class SignInRequired(Refusal):
    code = "session.sign_in_required"
    status = 401
    zh = "请先登录，再继续。"
    en = "Please sign in to continue."
    sign_in_path: ClassVar[str] = "/login"


class SessionsAway(Refusal):
    code = "session.unavailable"
    status = 503
    zh = "登录服务暂时不可用，请过几分钟再试。不登录也可以查办事指南。"
    en = "Sign-in is not available at the moment. Please try again in a few minutes; guides can be read without it."


class NotFound(Refusal):
    code = "request.not_found"
    status = 404
    zh = "没有找到这个页面。请检查地址，或回到首页搜索。"
    en = "This page was not found. Check the address, or search from the home page."


class CrossSiteRequest(Refusal):
    code = "request.cross_site"
    status = 403
    zh = "页面已过期，或请求不是从本站发出的。请重新打开页面再试。"
    en = "The page is out of date, or the request did not come from this site. Open the page again and retry."


class BadParameter(Refusal):
    code = "request.bad_parameter"
    status = 400
    zh = "参数 {name} 不正确：{reason}"
    en = "The parameter {name} is not valid: {reason}"


class NotText(Refusal):
    """A NUL in a path, a form or a document: the database keeps none (PostgreSQL 15, section 8.3)."""

    code = "request.not_text"
    status = 400
    zh = "内容里有无法处理的字符，请删去后再试。"
    en = "There is a character in it that is no text. Remove it and try again."


class TooManyRequests(Refusal):
    """`seconds` until another try, also given as Retry-After (RFC 9110, section 10.2.3)."""

    code = "request.too_many"
    status = 429
    zh = "您这边的请求太多了，请过 {seconds} 秒再试。急事请拨打市民热线 12345。"
    en = "There were too many requests from your side. Try again in {seconds} seconds; if it is urgent, call 12345."
