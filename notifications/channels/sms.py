"""Short messages through a gateway: that there is news and where to read it, nothing more."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import msgspec

from notifications.channels.channel import Outcome, Verdict
from notifications.models import Locale
from notifications.queries.claims import Claimed
from notifications.topics import topic_of
from notifications.webpush.responses import judge
from notifications.webpush.transport import Transport, TransportError

PhoneOf = Callable[[UUID], Awaitable[str | None]]
LinkOf = Callable[[Claimed], Awaitable[str]]


class ShortMessage(msgspec.Struct, frozen=True):
    """What the gateway is posted as JSON. A repeated `id` is the same message once more and must not be sent twice."""

    id: str
    to: str
    text: str


class Sms:
    """The channel `sms`; one gateway, one lane. Any 2xx is an acceptance."""

    def __init__(self, transport: Transport, gateway_url: str, phone_of: PhoneOf, link_of: LinkOf) -> None:
        """`phone_of(recipient_id)` tells the number at the moment of sending, None if there is none; `link_of` the
        short address under which this is read and stopped, the same at every try."""
        self._transport = transport
        self._gateway_url = gateway_url
        self._phone_of = phone_of
        self._link_of = link_of

    def lane(self, delivery: Claimed) -> str:
        return delivery.channel

    async def send(self, delivery: Claimed, now: datetime) -> Outcome:
        phone = await self._phone_of(delivery.recipient_id)
        if phone is None:
            return Outcome(Verdict.FAILED, reason="no phone number")
        text = sms_text(delivery.topic, Locale(delivery.locale or Locale.ZH), await self._link_of(delivery))
        message = ShortMessage(id=f"{delivery.message_id}-{delivery.round}", to=phone, text=text)
        try:
            response = await self._transport.post(
                self._gateway_url, headers={"Content-Type": "application/json"}, body=msgspec.json.encode(message)
            )
        except TransportError as error:
            return Outcome(Verdict.RETRY, reason=str(error))
        outcome = judge(response, secret=phone, now=now)
        if outcome.verdict is Verdict.GONE:  # not the person's phone is gone but the gateway's address
            return Outcome(Verdict.REFUSED, outcome.status, outcome.reason)
        return outcome


def sms_text(topic: str, locale: Locale, link: str) -> str:
    """The topic's words for a lock screen and one address for both; at most 70 characters fit one Chinese SMS."""
    words = topic_of(topic)
    if locale is Locale.EN:
        return f"{words.push_en}. Read it, or stop these messages: {link}"
    return f"{words.push_zh}，查看或不再提醒：{link}"
