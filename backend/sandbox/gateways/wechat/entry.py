"""Where an h5_url leads a resident's browser ("H5调起支付"), checked as WeChat Pay checks it."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.response import Redirect

from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.desk import Face, cashier_path
from backend.sandbox.gateways.wechat import numbers
from backend.sandbox.screens import NO_STORE, screen

# The sentences of its own pages.
_NO_REFERER = ("商家参数格式有误，请联系商家解决", "The merchant's page did not say where the resident comes from.")
_NOT_REGISTERED = ("商家存在未配置的参数，请联系商家解决", "That address is not on the merchant's registered domain.")
_STALE = ("支付请求已失效，请重新发起支付", "This link was good for five minutes: go back and pay again.")


def enter(face: Face, counter: Counter, request: Request[Any, Any, Any]) -> Response[Any]:
    """To the cashier, which then leads back to `redirect_url`."""
    asked = request.query_params
    trade = counter.book.find_trade(numbers.order_no_of(asked.get("prepay_id", "")))
    if trade is None:
        return screen("no_trade.html", face=face, status=404)
    domain, back = _domain(trade.notify_url), asked.get("redirect_url", "")
    referer = request.headers.get("referer", "")
    if not referer:
        return _refused(face, _NO_REFERER)
    if _domain(referer) != domain or (back and _domain(back) != domain):
        return _refused(face, _NOT_REGISTERED)
    if not numbers.is_fresh(asked.get("package", ""), counter.now()):
        return _refused(face, _STALE)
    counter.book.remember_return(trade.order_no, back or referer)
    return Redirect(cashier_path(trade.order_no), status_code=303, headers=NO_STORE)


def _refused(face: Face, words: tuple[str, str]) -> Response[bytes]:
    return screen("not_let_in.html", face=face, words=words, status=403)


def _domain(url: str) -> str:
    """The host of an http(s) address; "" for anything else. A merchant's domain is the one that is notified."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in {"http", "https"} else ""
