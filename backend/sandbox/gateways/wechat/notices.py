"""Notices: sealed with the APIv3 key, signed by one of the platform's keys ("支付成功回调通知", "退款结果通知")."""

import uuid
from itertools import count
from typing import Any

import msgspec

from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.courier import Letter
from backend.sandbox.gateways.faults import Fault
from backend.sandbox.gateways.records import Notice, RefundState, Topic
from backend.sandbox.gateways.wechat import orders, refunds
from backend.sandbox.gateways.wechat.platform import Platform, instant
from backend.sandbox.gateways.wechat.signing import Signer, letters, seal

PROBE = "WECHATPAY/SIGNTEST/"

_PROBE_ONE_IN = 20
_CERTIFICATE_ONE_IN = 4
_REFUND_WORDS = {RefundState.DONE: "退款成功", RefundState.ABNORMAL: "退款异常", RefundState.CLOSED: "退款关闭"}


class Notices:
    """While a merchant is moved to a public key some notices are still signed by certificate; and now and then one
    comes with a signature that is wrong on purpose, to see whether the merchant checks at all.
    """

    def __init__(self, platform: Platform, book: Book) -> None:
        self._platform, self._book = platform, book
        self._written = count(1)

    def write(self, notice: Notice) -> Letter:
        number, faults = next(self._written), self._book.faults()
        body = msgspec.json.encode(self._envelope(notice))
        headers = self._signer(notice, number, faults).headers(body, self._platform.now())
        probing = Fault.SIGNATURE_PROBE in faults or number % _PROBE_ONE_IN == 0
        if probing and notice.sends == 0 and not notice.forged:
            headers["Wechatpay-Signature"] = PROBE + headers["Wechatpay-Signature"][len(PROBE) :]
        headers |= {"Content-Type": "application/json", "Request-ID": letters(24), "User-Agent": "Mozilla/4.0"}
        return Letter(headers, body)

    def _signer(self, notice: Notice, number: int, faults: frozenset[Fault]) -> Signer:
        if notice.forged:
            return self._platform.stranger
        if Fault.NEW_CERTIFICATE in faults:
            return self._platform.next_certificate
        return self._platform.certificate if number % _CERTIFICATE_ONE_IN == 0 else self._platform.public_key

    def _envelope(self, notice: Notice) -> dict[str, Any]:
        event, words, told = self._payment(notice) if notice.topic is Topic.PAYMENT else self._refund(notice)
        kind = event.partition(".")[0].lower()
        resource = seal(self._platform.kept.api_v3_key, msgspec.json.encode(told), kind)
        return {
            "id": str(uuid.UUID(notice.notice_id)),
            "create_time": instant(self._platform.now()),
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": words,
            "resource": {**resource, "original_type": kind},
        }

    def _payment(self, notice: Notice) -> tuple[str, str, dict[str, Any]]:
        trade = self._book.get_trade(notice.number)
        return (
            "TRANSACTION.SUCCESS",
            "支付成功",
            orders.describe(trade, self._platform, wrong_amount=notice.wrong_amount),
        )

    def _refund(self, notice: Notice) -> tuple[str, str, dict[str, Any]]:
        refund = self._book.get_refund(notice.number)
        state = notice.state or refund.state
        told = refunds.describe(refund, self._book.get_trade(refund.order_no), wrong_amount=notice.wrong_amount)
        told |= {"mchid": self._platform.kept.mchid, "refund_status": refunds.STATES[state]}
        if state is not RefundState.DONE:
            told.pop("success_time", None)
        return f"REFUND.{refunds.STATES[state]}", _REFUND_WORDS[state], told
