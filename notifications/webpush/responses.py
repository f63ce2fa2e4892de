"""What a push service's answer means (RFC 8030, section 8; the services' own habits)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from notifications.channels.channel import Outcome, Verdict
from notifications.webpush.transport import Response

_LONGEST_REASON = 160
_ACCEPTED = frozenset({200, 201, 202, 204})
_BOUND_TO_ANOTHER_KEY = ("VapidPkHashMismatch", "do not correspond")  # Apple; FCM
_VERDICTS = {
    400: Verdict.FAILED,
    401: Verdict.REFUSED,
    403: Verdict.REFUSED,
    404: Verdict.GONE,
    406: Verdict.THROTTLED,  # WNS
    408: Verdict.RETRY,
    410: Verdict.GONE,
    413: Verdict.FAILED,
    429: Verdict.THROTTLED,
}


def judge(response: Response, *, secret: str, now: datetime) -> Outcome:
    """`secret`: the part of the endpoint that must not be repeated in a recorded reason."""
    status = response.status
    if status in _ACCEPTED:
        return Outcome(Verdict.SENT, status)
    reason = _reason(response).replace(secret, "…")[:_LONGEST_REASON]
    verdict = _VERDICTS.get(status, Verdict.RETRY if status >= 500 else Verdict.FAILED)
    if status in {400, 401, 403} and any(text in reason for text in _BOUND_TO_ANOTHER_KEY):
        verdict = Verdict.GONE
    return Outcome(verdict, status, reason or None, read_retry_after(response.headers, now))


def read_retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Retry-After as seconds or as an HTTP-date (RFC 9110, section 10.2.3), taken exactly; None if it is neither."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return now + timedelta(seconds=int(text))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _reason(response: Response) -> str:
    """WNS explains itself in a header, Apple and Mozilla in JSON, FCM in plain text."""
    told = response.headers.get("x-wns-error-description")
    if told:
        return told
    try:
        body = msgspec.json.decode(response.text)
    except msgspec.DecodeError:
        return " ".join(response.text.split())
    if isinstance(body, dict):
        return str(body.get("reason") or body.get("message") or body.get("error") or "")
    return ""
