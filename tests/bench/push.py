"""Web push: encrypting and signing a message against pywebpush and against the curve alone; sending it end to end."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec
from pywebpush import webpush

from notifications.channels.web_push import WebPush, push_headers
from notifications.queries.claims import Claimed
from notifications.webpush.encryption import encrypt
from notifications.webpush.endpoints import check_endpoint
from notifications.webpush.transport import Response
from notifications.webpush.vapid import VapidHeaders, b64, generate_key, parse_keys
from tests.bench.figures import Figure
from tests.bench.machine import say
from tests.bench.push_sending import sending_figures
from tests.bench.push_town import PUBLIC_URL, deliveries
from tests.bench.rounds import Rounds, cpu_us_each, interleaved

ENOUGH = 2.5
_ROUNDS = 11
_PAYLOAD_BYTES = 266
_CONTACT = "mailto:push@city.example"
_CURVE = ec.SECP256R1()


async def run() -> list[Figure]:
    say("encryption and VAPID")
    figures = _encryption_figures(await _encryption())
    say("sending through the database, Redis and HTTP")
    return [*figures, *await sending_figures()]


@dataclass
class _Created:
    """What pywebpush looks at after sending."""

    status_code: int = 201
    text: str = ""
    headers: tuple[()] = ()


class _NoHttp:
    """In the place of a requests session."""

    def post(self, *_: object, **__: object) -> _Created:
        return _Created()


class _NoTransport:
    async def post(self, url: str, *, headers: object, body: bytes) -> Response:
        return Response(201, {}, "")


async def _encryption() -> Rounds:
    """Processor time for each push to many subscriptions of three services, all but the network."""
    key, now = generate_key(), datetime.now(UTC)
    vapid, pushes = VapidHeaders(parse_keys(f"one:{key}"), _CONTACT), deliveries()
    payload = b'{"web_push":8030,"notification":{"body":"'.ljust(_PAYLOAD_BYTES - 3, b"x") + b'"}}'
    subscriptions = [_as_browser_gave_it(push) for push in pushes]
    http, channel = _NoHttp(), WebPush(_NoTransport(), vapid, PUBLIC_URL)

    async def ours() -> int:
        for push in pushes:
            authorization = vapid.header(check_endpoint(push.endpoint or ""), "one", now)
            encrypt(payload, push.p256dh or b"", push.auth or b"")
            push_headers(push, authorization, now)
        return len(pushes)

    async def whole_channel() -> int:
        for push in pushes:
            await channel.send(push, now)
        return len(pushes)

    async def theirs() -> int:
        for subscription in subscriptions:
            claims: dict[str, str | int] = {"sub": _CONTACT}
            webpush(subscription, payload, key, claims, ttl=86400, requests_session=http)  # type: ignore[arg-type]
        return len(subscriptions)

    async def curve() -> int:
        for push in pushes:
            theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, push.p256dh or b"")
            ec.generate_private_key(_CURVE).exchange(ec.ECDH(), theirs)
        return len(pushes)

    return await interleaved(
        {
            "ours": lambda: cpu_us_each(ours),
            "channel": lambda: cpu_us_each(whole_channel),
            "pywebpush": lambda: cpu_us_each(theirs),
            "curve": lambda: cpu_us_each(curve),
        },
        rounds=_ROUNDS,
    )


def _encryption_figures(rounds: Rounds) -> list[Figure]:
    pywebpush = f"pywebpush.webpush() without HTTP: {rounds.median('pywebpush'):.0f} µs"
    return [
        Figure(
            name="push: encryption + VAPID",
            value=rounds.median("ours"),
            unit="µs CPU",
            against=pywebpush,
            ratio=rounds.ratio("pywebpush", "ours"),
            target=ENOUGH,
        ),
        Figure(
            name="push: the whole channel, with payload and answer",
            value=rounds.median("channel"),
            unit="µs CPU",
            against=pywebpush,
            ratio=rounds.ratio("pywebpush", "channel"),
        ),
        Figure(
            name="push: encryption + VAPID, share of the bound",
            value=rounds.median("ours"),
            unit="µs CPU",
            against=f"key pair, point and ECDH alone: {rounds.median('curve'):.0f} µs",
            ratio=rounds.ratio("curve", "ours"),
        ),
    ]


def _as_browser_gave_it(push: Claimed) -> dict[str, object]:
    keys = {"p256dh": b64(push.p256dh or b""), "auth": b64(push.auth or b"")}
    return {"endpoint": push.endpoint, "keys": keys}
