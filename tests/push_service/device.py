"""A subscribed phone without a browser: thousands of them cost nothing, and `http_ece` decrypts what arrives."""

import base64
import os
import secrets
from dataclasses import dataclass, field

import http_ece  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.push_service.registry import ReceivedPush, Registry, Subscription

DELIVERED, NOT_DECRYPTED = 100, 101


@dataclass
class Device:
    """One subscription, as `PushSubscription.toJSON()` would show it, and the messages that it could read."""

    registry: Registry
    origins: tuple[str, ...]
    folder: str
    application_server_key: str
    messages: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._device_id = secrets.token_hex(16)
        self._private_key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)
        self.subscription = self.registry.subscribe(
            self._device_id,
            origins=self.origins,
            folder=self.folder,
            key=self.application_server_key,
            channel=self._device_id,
        )

    @property
    def endpoint(self) -> str:
        return self.subscription.endpoint

    @property
    def p256dh(self) -> str:
        return _b64url(self._private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    @property
    def auth(self) -> str:
        return _b64url(self._auth)

    def to_json(self) -> dict[str, object]:
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": {"p256dh": self.p256dh, "auth": self.auth}}

    async def connect(self) -> None:
        """Comes online; what waited arrives at once."""
        await self.registry.connect(self._device_id, self._deliver)

    def disconnect(self) -> None:
        self.registry.disconnect(self._device_id, self._deliver)

    def unsubscribe(self) -> None:
        self.subscription.ended.set()

    async def _deliver(self, _subscription: Subscription, push: ReceivedPush) -> None:
        try:
            message = http_ece.decrypt(push.body, private_key=self._private_key, auth_secret=self._auth)
        except Exception:  # noqa: BLE001 - http_ece raises whatever the bytes provoke
            push.acknowledge(NOT_DECRYPTED)
        else:
            self.messages.append(message)
            push.acknowledge(DELIVERED)


def _b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
