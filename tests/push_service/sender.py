"""A sender that is not the product's: `http_ece` (by pywebpush) encrypts and py_vapid signs."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPusher

from tests.push_service.service import PushService


class ReferenceSender:
    """Sends as pywebpush would, for tests of the push service itself and for comparison with the product's sender."""

    def __init__(self, service: PushService) -> None:
        self._service = service
        self._vapid = Vapid02(private_key=ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> str:
        """The `applicationServerKey`, b64url."""
        point = self._vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    def encrypt(self, subscription: dict[str, Any], message: object) -> bytes:
        body: bytes = WebPusher(subscription).encode(json.dumps(message).encode())["body"]
        return body

    def authorization(self, endpoint: str, **claims: object) -> str:
        origin = "/".join(endpoint.split("/")[:3])
        signed: dict[str, str] = self._vapid.sign({"sub": "mailto:a@example.com", "aud": origin, **claims})
        return signed["Authorization"]

    async def post(self, endpoint: str, body: bytes, **headers: str | None) -> tuple[int, dict[str, str]]:
        """Status and headers of the answer; `headers` replace the usual ones (`_` for `-`), None leaves one out."""
        usual = {"TTL": "60", "Content_Encoding": "aes128gcm", "Authorization": self.authorization(endpoint)}
        sent = {name.replace("_", "-"): value for name, value in (usual | headers).items() if value is not None}
        async with self._service.http_session() as http, http.post(endpoint, data=body, headers=sent) as response:
            await response.read()
            return response.status, dict(response.headers)

    async def push(self, subscription: dict[str, Any], message: object) -> int:
        status, _ = await self.post(subscription["endpoint"], self.encrypt(subscription, message))
        return status
