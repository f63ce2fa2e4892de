"""The hall's adapter in front of the sandbox."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import msgspec

from backend.payments.models import OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.protocol import Callback, NewOrder, NewRefund, RefundState, Scene
from backend.payments.providers.unionpay.adapter import Unionpay
from backend.payments.providers.unionpay.config import UnionpayConfig
from backend.sandbox.gateways.keys import load_key
from backend.sandbox.gateways.unionpay.signing import signed
from tests.sandbox.gateways.town import URL, Town

GATEWAY = f"{URL}/gateway/api"
ORDER, REFUND = OrderNo("PAY0000000000001"), RefundNo("REF0000000000001")


class Hall:
    """The hall's adapter at a sandbox."""

    def __init__(self, told: Town) -> None:
        self.town = told
        config = msgspec.convert(told.section | {"back_url": told.merchant.url}, UnionpayConfig)
        self.unionpay = Unionpay(config, told.http)
        self.ordered_at = told.now

    def order(self, **changes: Any) -> NewOrder:
        facts: dict[str, Any] = {
            "order_no": ORDER,
            "amount_fen": Fen(1999),
            "subject": "居住证工本费",
            "scene": Scene.WEB,
            "ordered_at": self.ordered_at,
            "expires_at": self.ordered_at + timedelta(minutes=30),
            "return_url": "https://hall.example/payments/PAY0000000000001/back",
            "payer_ip": "203.0.113.7",
        }
        return NewOrder(**facts | changes)

    async def form(self, **changes: Any) -> dict[str, str]:
        creation = await self.unionpay.create(self.order(**changes), self.town.now)
        assert creation.url == f"{GATEWAY}/frontTransReq.do"
        assert creation.form is not None
        return dict(creation.form)

    async def open(self, **changes: Any) -> httpx.Response:
        """The resident's phone posts the signed form."""
        return await self.town.phone.post(f"{GATEWAY}/frontTransReq.do", data=await self.form(**changes))

    async def paid(self) -> Callback:
        opened = await self.open()
        assert (opened.status_code, opened.headers.get("location")) == (303, f"/cashier/{ORDER}")
        await self.town.pay(ORDER)
        return await self.told(1)

    async def told(self, count: int) -> Callback:
        """What the last of `count` notices says."""
        delivery = (await self.town.merchant.waits_for(count))[count - 1]
        return self.unionpay.read_callback(delivery.headers, delivery.body, self.town.now)

    def refund_of(self, fen: int, query_id: str, number: str = REFUND) -> NewRefund:
        return NewRefund(
            refund_no=RefundNo(number),
            order_no=ORDER,
            provider_txn_id=query_id,
            amount_fen=Fen(fen),
            total_fen=Fen(1999),
            reason="多缴",
            requested_at=self.ordered_at,
        )

    async def refund(self, fen: int, query_id: str, number: str = REFUND) -> RefundState:
        return (await self.unionpay.refund(self.refund_of(fen, query_id, number), self.town.now)).state

    async def query(self) -> Any:
        return await self.unionpay.query(ORDER, self.ordered_at, self.town.now)

    async def call(self, path: str, fields: Mapping[str, str], **changes: str) -> dict[str, str]:
        """Signed as the merchant does, with changes that the adapter would not make; empty ones are left out."""
        theirs = self.town.section
        common = {
            "version": "5.1.0",
            "encoding": "UTF-8",
            "certId": theirs["cert_id"],
            "signMethod": "01",
            "accessType": "0",
            "bizType": "000201",
            "channelType": "08",
            "merId": theirs["mer_id"],
            "txnTime": f"{self.ordered_at:%Y%m%d%H%M%S}",
        }
        told = {name: value for name, value in (common | dict(fields) | changes).items() if value}
        asked = signed(load_key(theirs["sign_key_pem"]), told) | {k: v for k, v in changes.items() if k == "signature"}
        answer = await self.town.http.post(f"{GATEWAY}/{path}", data=asked)
        assert answer.status_code == 200
        return dict(part.split("=", 1) for part in answer.text.split("&"))

    async def code(self, path: str, fields: Mapping[str, str], **changes: str) -> str:
        return (await self.call(path, fields, **changes))["respCode"]


def query_of(order_no: str = ORDER) -> dict[str, str]:
    return {"txnType": "00", "txnSubType": "00", "orderId": order_no}


def void_of(query_id: str, amount: str = "1999", number: str = REFUND) -> dict[str, str]:
    return {
        "txnType": "31",
        "txnSubType": "00",
        "orderId": number,
        "txnAmt": amount,
        "currencyCode": "156",
        "origQryId": query_id,
        "backUrl": "http://127.0.0.1:9/",
    }
