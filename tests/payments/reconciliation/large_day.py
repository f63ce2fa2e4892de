"""A day of many trades, put straight into the tables; reconciled in a process of its own that tells what that took."""

import asyncio
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from backend.core.crypto import Keyring
from backend.core.db import connect
from backend.core.ids import uuid7
from backend.payments.models import Channel
from backend.payments.numbers import new_order_no, new_refund_no
from backend.payments.reconciliation.daily import import_bill
from backend.payments.reconciliation.models import Origin
from tests.payments.reconciliation.daybook import AT, DAY, WRITERS, Publisher, Trade

KEYRING = Keyring({"k": b"k" * 32}, "k", b"l" * 32)
NOW = AT + timedelta(days=1, hours=1)
_PAYERS, _FIFTH = 1000, 5
_TABLES = {
    "bills": "subject_id bill_id bill_no department_id source_id fee_code amount_fen basis payee key_id state "
    "settled_by settled_at created_at updated_at",
    "payment_orders": "subject_id order_no bill_id channel scene amount_fen state booked_to idempotency_key "
    "request_hash provider_txn_id paid_fen reserved_fen refunded_fen ordered_at expires_at paid_at",
    "payment_refunds": "subject_id refund_no order_no amount_fen cause reason provider_txn_id state provider_refund_id "
    "requested_at succeeded_at",
    "ledger_entries": "subject_id entry_id effect_key debit credit amount_fen bill_id order_no refund_no source "
    "occurred_at booked_at",
    "provider_transactions": "channel provider_txn_id subject_id order_no",
}


def day(count: int, first: int = 0) -> Iterator[tuple[UUID, Trade]]:
    """Trades with their payers; every fifth gives back all of the one before."""
    payers = [uuid7() for _ in range(_PAYERS)]
    for number in range(first, first + count, _FIFTH):
        for at in range(_FIFTH):
            is_refund = at == _FIFTH - 1
            if not is_refund:
                payer, fen = payers[(number + at) % _PAYERS], 100 + (number + at) % 977
                order_no, txn_id = new_order_no(KEYRING, payer), f"{420000000000000000000 + number + at}"
            own = f"{500000000000000000000 + number + at}" if is_refund else txn_id
            yield payer, Trade(
                number=number + at, fen=fen, order_no=order_no, txn_id=txn_id, query_id=own, received_fen=fen,
                original_id=txn_id if is_refund else "", is_refund=is_refund, fee_fen=0 if is_refund else 2,
                refund_no=new_refund_no(KEYRING, payer) if is_refund else "", refund_id=own if is_refund else "",
            )  # fmt: skip


async def populate(dsn: str, channel: Channel, count: int) -> list[Trade]:
    """The office's own side of such a day, all of it settled."""
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _TABLES}
    trades = []
    for payer, trade in day(count):
        trades.append(trade)
        (_refund if trade.is_refund else _payment)(rows, channel, payer, trade)
    connection = await asyncpg.connect(dsn)
    await connection.execute("SET session_replication_role = replica")
    for table, columns in _TABLES.items():
        await connection.copy_records_to_table(table, records=rows[table], columns=columns.split())
    await connection.execute("ANALYZE")
    await connection.close()
    return trades


def _payment(rows: dict[str, list[tuple[Any, ...]]], channel: Channel, payer: UUID, trade: Trade) -> None:
    bill_id, fen, no = uuid7(), trade.fen, trade.order_no
    rows["bills"].append((payer, bill_id, no, "d", no, "f", fen, "-", "-", "k", "settled", no, AT, AT, AT))
    rows["payment_orders"].append(
        (payer, no, bill_id, channel, "web", fen, "paid", "receivable", no, b"", trade.txn_id, fen, 0, 0, AT, AT, AT)
    )
    key = f"{channel}:pay:{trade.txn_id}"
    rows["ledger_entries"].append(
        (payer, uuid7(), key, f"clearing:{channel}", "receivable", fen, bill_id, no, None, "callback", AT, AT)
    )
    rows["provider_transactions"].append((channel, trade.txn_id, payer, no))


def _refund(rows: dict[str, list[tuple[Any, ...]]], channel: Channel, payer: UUID, trade: Trade) -> None:
    order = rows["payment_orders"][-1]
    rows["payment_orders"][-1] = (*order[:6], "refunded", *order[7:12], trade.fen, trade.fen, *order[14:])
    rows["payment_refunds"].append(
        (payer, trade.refund_no, trade.order_no, trade.fen, "decision", "-", trade.txn_id, "succeeded",
         None if channel is Channel.ALIPAY else trade.refund_id, AT, AT)
    )  # fmt: skip
    key = f"{channel}:refund:{trade.refund_no}"
    rows["ledger_entries"].append(
        (payer, uuid7(), key, "receivable", f"clearing:{channel}", trade.fen, order[2], trade.order_no,
         trade.refund_no, "callback", AT, AT)
    )  # fmt: skip


async def measure(dsn: str, channel: Channel, path: Path) -> dict[str, Any]:
    """Reconciles the file, after a small one that brings what the machinery itself needs."""
    raw, publisher = path.read_bytes(), Publisher(channel)
    db = await connect(dsn)
    provider: Any = publisher
    few = WRITERS[channel]([trade for _, trade in day(50, first=10**9)])
    await import_bill(db, KEYRING, provider, DAY - timedelta(days=9), few, Origin.IMPORTED, NOW)
    before, began = peak_kib(), time.perf_counter()
    outcome = await import_bill(db, KEYRING, provider, DAY, raw, Origin.IMPORTED, NOW)
    seconds = time.perf_counter() - began
    await db.close()
    assert outcome.picture is not None
    return {
        "matched": outcome.picture.matched,
        "differing": outcome.picture.differing,
        "seconds": round(seconds, 2),
        "file_kib": len(raw) // 1024,
        "more_kib": peak_kib() - before,
    }


def peak_kib() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


def main(arguments: Sequence[str]) -> None:
    dsn, channel, path = arguments
    print(json.dumps(asyncio.run(measure(dsn, Channel(channel), Path(path)))))


if __name__ == "__main__":
    main(sys.argv[1:])
