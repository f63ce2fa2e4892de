"""The hall's adapter in front of the sandbox, and what it asks for."""

from datetime import timedelta
from typing import Any

import msgspec

from backend.payments.models import Observation, OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.protocol import NewOrder, NewRefund, Scene
from backend.payments.providers.wechat.adapter import WechatPay
from backend.payments.providers.wechat.config import WechatConfig
from tests.sandbox.gateways.town import Town

ORDER_NO, REFUND_NO = OrderNo("PAY0000000000001"), RefundNo("REF0000000000001")
ACKNOWLEDGED = (200, b'{"code":"SUCCESS","message":"OK"}')
FROM_HALL = {"Referer": "http://127.0.0.1/"}


def adapter(place: Town, **changes: Any) -> WechatPay:
    section = {**place.section, "notify_url": place.merchant.url, **changes}
    return WechatPay(msgspec.convert(section, WechatConfig), place.http)


def order(place: Town, scene: Scene = Scene.WEB, **changes: Any) -> NewOrder:
    return NewOrder(
        **{
            "order_no": ORDER_NO,
            "amount_fen": Fen(1999),
            "subject": "居住证签注费, 工本`费",
            "scene": scene,
            "ordered_at": place.now,
            "expires_at": place.now + timedelta(minutes=30),
            "return_url": f"{place.merchant.url}/payments/1",
            "payer_ip": "203.0.113.7",
            "payer_openid": "o-nobody",
            **changes,
        }
    )


def refund(place: Town, txn_id: str, **changes: Any) -> NewRefund:
    return NewRefund(
        **{
            "refund_no": REFUND_NO,
            "order_no": ORDER_NO,
            "provider_txn_id": txn_id,
            "amount_fen": Fen(500),
            "total_fen": Fen(1999),
            "reason": "多缴退费",
            "requested_at": place.now,
            **changes,
        }
    )


async def told(place: Town, hall: WechatPay, count: int = 1) -> Observation:
    """What the last of so many notices says."""
    delivery = (await place.merchant.waits_for(count))[count - 1]
    return hall.read_callback(delivery.headers, delivery.body, place.now).observation


async def paid(place: Town, hall: WechatPay) -> str:
    """The transaction's number."""
    await hall.create(order(place), place.now)
    await place.pay(ORDER_NO)
    number = (await told(place, hall)).provider_txn_id
    assert number is not None
    return number
