"""Web push: encrypts, signs and posts a delivery to the browser's push service."""

from collections.abc import Collection
from datetime import datetime, timedelta

from notifications.channels.channel import Outcome, Verdict
from notifications.errors import EndpointRefused
from notifications.models import Locale
from notifications.queries.claims import Claimed
from notifications.webpush.encryption import encrypt
from notifications.webpush.endpoints import check_endpoint, origin_of
from notifications.webpush.payload import build_payload, thread_tag
from notifications.webpush.responses import judge
from notifications.webpush.transport import Transport, TransportError
from notifications.webpush.vapid import VapidHeaders

LONGEST_TTL = timedelta(days=30)


class WebPush:
    """The channel `web_push`; its lanes are the push services' origins."""

    def __init__(
        self, transport: Transport, vapid: VapidHeaders, public_url: str, extra_origins: Collection[str] = ()
    ) -> None:
        """`public_url`: the origin of our own site, which the notification leads to."""
        self._transport = transport
        self._vapid = vapid
        self._public_url = public_url
        self._extra_origins = extra_origins

    def lane(self, delivery: Claimed) -> str:
        return origin_of(delivery.endpoint or "")

    async def send(self, delivery: Claimed, now: datetime) -> Outcome:
        endpoint, p256dh, auth, key_id = delivery.endpoint, delivery.p256dh, delivery.auth, delivery.vapid_key_id
        if endpoint is None or p256dh is None or auth is None or key_id is None:
            return Outcome(Verdict.GONE, reason="no subscription")
        try:
            origin = check_endpoint(endpoint, self._extra_origins)
            authorization = self._vapid.header(origin, key_id, now)
        except EndpointRefused as refused:
            return Outcome(Verdict.FAILED, reason=f"endpoint: {refused.facts['reason']}")
        except KeyError:
            return Outcome(Verdict.FAILED, reason="bound to a server key that is not in the settings")
        body = encrypt(self._payload(delivery), p256dh, auth)
        headers = push_headers(delivery, authorization, now)
        try:
            response = await self._transport.post(endpoint, headers=headers, body=body)
        except TransportError as error:
            return Outcome(Verdict.RETRY, reason=str(error))
        return judge(response, secret="/" + endpoint.split("/", 3)[-1], now=now)

    def _payload(self, delivery: Claimed) -> bytes:
        return build_payload(
            message_id=delivery.message_id,
            topic=delivery.topic,
            locale=Locale(delivery.locale or Locale.ZH),
            tag=thread_tag(delivery.recipient_id, delivery.rule, delivery.thread),
            unread=delivery.unread,
            public_url=self._public_url,
        )


def push_headers(delivery: Claimed, authorization: str, now: datetime) -> dict[str, str]:
    """RFC 8030, section 5: whole seconds of TTL, at most what all services accept and never 0, which WNS refuses."""
    left = min(delivery.useful_until - now, LONGEST_TTL)
    return {
        "Authorization": authorization,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(max(1, int(left.total_seconds()))),
        "Topic": thread_tag(delivery.recipient_id, delivery.rule, delivery.thread),
        "Urgency": delivery.urgency,
    }
