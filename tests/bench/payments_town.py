"""Bills that wait for their money, and WeChat Pay telling that it has come."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.ids import uuid7
from backend.payments.numbers import new_order_no
from backend.payments.orders import LIFETIME
from tests.payments.providers.wechat.gateway import TRANSACTION, notice, signed

_PRICE = 12_000
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Owed(Struct, frozen=True):
    """An order that the provider waits for, of one resident and one bill."""

    subject_id: UUID
    bill_id: UUID
    order_no: str


class Told(Struct, frozen=True):
    """A callback as it will arrive."""

    headers: dict[str, str]
    body: bytes


async def owe(db: Database, keyring: Keyring, number: int) -> list[Owed]:
    """So many residents with a bill and an open attempt each."""
    owed = [Owed(one, uuid7(), new_order_no(keyring, one)) for one in (uuid7() for _ in range(number))]
    now = datetime.now(UTC)
    expires_at, ask_at = now + LIFETIME, now + timedelta(seconds=30)
    people = [(each.subject_id, "person", "k", b"", b"", _LONG_AGO, _LONG_AGO, _LONG_AGO) for each in owed]
    bills = [
        (each.subject_id, each.bill_id, f"SP{each.order_no[:12]}", "bench", each.order_no, "passport", _PRICE,
         "财税〔2018〕10号", "出入境管理局", "k", now, now) for each in owed
    ]  # fmt: skip
    orders = [
        (each.subject_id, each.order_no, each.bill_id, "wechat", "web", _PRICE, "pending", each.order_no, b"h" * 32,
         now, expires_at, ask_at) for each in owed
    ]  # fmt: skip
    async with db.transaction() as tx:
        await _copy(tx, "subjects", "subject_id kind key_id number_enc name_enc born_on created_at updated_at", people)
        await _copy(
            tx,
            "bills",
            "subject_id bill_id bill_no department_id source_id fee_code amount_fen basis payee key_id created_at "
            "updated_at",
            bills,
        )
        await _copy(
            tx,
            "payment_orders",
            "subject_id order_no bill_id channel scene amount_fen state idempotency_key request_hash ordered_at "
            "expires_at next_query_at",
            orders,
        )
    return owed


def tell(owed: Sequence[Owed]) -> list[Told]:
    """One callback for each, signed now: WeChat's are believed for five minutes."""
    now = datetime.now(UTC)
    return [_told(each, now) for each in owed]


def _told(owed: Owed, now: datetime) -> Told:
    transaction = TRANSACTION | {
        "out_trade_no": owed.order_no,
        "transaction_id": f"42000{owed.order_no[-20:]}",
        "amount": {"total": _PRICE, "payer_total": _PRICE, "currency": "CNY", "payer_currency": "CNY"},
    }
    body = notice(transaction, id=f"EV-{owed.order_no}")
    return Told(signed(body, now), body)


async def _copy(tx: object, table: str, columns: str, rows: Sequence[tuple[object, ...]]) -> None:
    await tx.copy_records_to_table(table, records=rows, columns=columns.split())  # type: ignore[attr-defined]
