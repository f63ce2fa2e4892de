"""What does not fit together: listed once for the operators, with its facts, and nothing moves."""

import logging
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.payments.models import Observation
from backend.payments.queries import ledger as queries
from backend.payments.records import Source

log = logging.getLogger(__name__)

HOUSE = UUID(int=0)
"""The subject of what belongs to nobody in particular."""


class Kind(StrEnum):
    CHANNEL = "wrong_channel"
    AMOUNT = "wrong_amount"
    CURRENCY = "wrong_currency"
    NO_TRANSACTION = "no_transaction_number"
    OTHER_ORDER = "transaction_of_another_order"
    SECOND_PAYMENT = "second_payment_of_one_order"  # booked as overpayment, its refund queued: to be watched
    LEDGER = "booked_differently"
    REFUND_AMOUNT = "wrong_refund_amount"
    REFUND_TOO_MUCH = "refunded_more_than_paid"
    REFUND_FAILED = "refund_failed"
    REFUND_ABNORMAL = "refund_abnormal"
    UNKNOWN_ORDER = "unknown_order"  # a callback whose order never came to be known


async def list_exception(
    tx: Tx, subject_id: UUID, kind: Kind, seen: Observation, source: Source, now: datetime, **expected: str | int
) -> None:
    """Once for each thing told, however often it is told."""
    told = {"told_fen": seen.amount_fen, "told_total_fen": seen.total_fen, "told_currency": seen.currency}
    about = f"{seen.order_no}|{seen.refund_no}|{seen.provider_txn_id}|{seen.amount_fen}|{seen.currency}"
    facts = msgspec.json.encode({**told, **expected}).decode()
    if await queries.insert_exception(
        tx, subject_id, kind, about, seen.channel, seen.order_no, seen.refund_no, facts, source, now
    ):
        log.warning("payment exception", extra={"kind": kind, "channel": seen.channel, "order_no": seen.order_no})
