"""The hall's adapter in front of the sandbox."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
import msgspec
from cryptography import x509

from backend.payments.models import OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.alipay.adapter import Alipay
from backend.payments.providers.alipay.config import AlipayConfig
from backend.payments.providers.protocol import Callback, NewOrder, NewRefund, RefundState, Scene
from backend.sandbox.gateways.alipay.signing import certificate_sn, request_text, sign
from backend.sandbox.gateways.keys import load_key
from tests.sandbox.gateways.town import URL, Town

GATEWAY = f"{URL}/gateway.do"
ORDER, REFUND = OrderNo("PAY0000000000001"), RefundNo("REF0000000000001")


class Hall:
    """The hall's adapter at a sandbox."""

    def __init__(self, told: Town) -> None:
        self.town = told
        config = msgspec.convert(told.section | {"notify_url": told.merchant.url}, AlipayConfig)
        self.alipay = Alipay(config, told.http)

    def order(self, **changes: Any) -> NewOrder:
        facts: dict[str, Any] = {
            "order_no": ORDER,
            "amount_fen": Fen(1999),
            "subject": "居住证工本费, 签注 + 快递",
            "scene": Scene.WEB,
            "ordered_at": self.town.now,
            "expires_at": self.town.now + timedelta(minutes=30),
            "return_url": "https://hall.example/payments/PAY0000000000001/back",
            "payer_ip": "203.0.113.7",
        }
        return NewOrder(**facts | changes)

    async def open(self, **changes: Any) -> httpx.Response:
        """The resident follows the signed address."""
        creation = await self.alipay.create(self.order(**changes), self.town.now)
        assert creation.url is not None
        return await self.town.phone.get(creation.url)

    async def paid(self) -> Callback:
        opened = await self.open()
        assert opened.headers["location"] == f"/cashier/{ORDER}"
        await self.town.pay(ORDER)
        return await self.told(1)

    async def told(self, count: int) -> Callback:
        """What the last of `count` notices says."""
        delivery = (await self.town.merchant.waits_for(count))[count - 1]
        return self.alipay.read_callback(delivery.headers, delivery.body, self.town.now)

    def refund_of(self, fen: int, number: str = REFUND, txn_id: str = "") -> NewRefund:
        return NewRefund(
            refund_no=RefundNo(number),
            order_no=ORDER,
            provider_txn_id=txn_id,
            amount_fen=Fen(fen),
            total_fen=Fen(1999),
            reason="多缴",
            requested_at=self.town.now,
        )

    async def refund(self, fen: int, number: str = REFUND) -> RefundState:
        return (await self.alipay.refund(self.refund_of(fen, number), self.town.now)).state

    async def query(self) -> Any:
        return await self.alipay.query(ORDER, self.town.now, self.town.now)

    async def call(self, method: str, content: Mapping[str, Any], **changes: str) -> dict[str, Any]:
        """As the adapter signs, with changes that it would not make; empty ones are left out."""
        theirs = self.town.section
        fields = {
            "app_id": theirs["app_id"],
            "method": method,
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": f"{self.town.now:%Y-%m-%d %H:%M:%S}",
            "version": "1.0",
            "app_cert_sn": sn_of(theirs["app_certificate_pem"]),
            "alipay_root_cert_sn": sn_of(theirs["root_certificates_pem"]),
            "biz_content": msgspec.json.encode(content).decode(),
        }
        fields = {name: value for name, value in (fields | changes).items() if value}
        signed = {"sign": sign(load_key(theirs["app_key_pem"]), request_text(fields))} | fields
        answer = await self.town.http.post(GATEWAY, data=signed)
        told: dict[str, Any] = answer.json()
        return told


def sn_of(pem: str) -> str:
    return certificate_sn(x509.load_pem_x509_certificate(pem.encode()))


def fields_of(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), strict_parsing=True))
