"""Reads a bill in a process of its own and tells what it found and how much memory that took beyond the file."""

import json
import re
import sys
import time
from datetime import date
from pathlib import Path

from backend.payments.providers.alipay.bills import AlipayStatement
from backend.payments.providers.statements import Statement, Tally, checked_rows
from backend.payments.providers.unionpay.bills import UnionpayStatement
from backend.payments.providers.wechat.bills import WechatStatement
from tests.payments.providers.bill_days import MERCHANTS, day
from tests.payments.providers.bill_days import wechat as small_bill


def statement(name: str, raw: bytes) -> Statement:
    match name:
        case "wechat":
            return WechatStatement(raw, MERCHANTS["wechat"])
        case "alipay":
            return AlipayStatement(raw)
    return UnionpayStatement(raw, MERCHANTS["unionpay"], date(2026, 11, 19))


def peak_kib() -> int:
    """Not `ru_maxrss`: that one begins with the peak of whoever started this process."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


def main(name: str, path: str) -> None:
    raw, tally = Path(path).read_bytes(), Tally()
    list(checked_rows(statement("wechat", small_bill(day(10)))))  # what the machinery itself needs
    before, started = peak_kib(), time.perf_counter()
    for row in checked_rows(statement(name, raw)):
        tally.add(row)
    totals = tally.totals()
    told = {
        "rows": totals.rows,
        "payments_fen": totals.payments_fen,
        "refunds_fen": totals.refunds_fen,
        "file_bytes": len(raw),
        "seconds": round(time.perf_counter() - started, 2),
        "more_kib": peak_kib() - before,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
