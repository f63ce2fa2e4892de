"""A process to be killed, born of one that has imported everything: pays out until nothing is open, tells it, ends.

Each line on its input is a database, a bank file and the hour at which it is to be born; it says its number, and how it
ended.
"""

import asyncio
import os
import sys
from datetime import datetime

import httpx

from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import connect
from backend.payments.payouts.bank import Bank
from backend.payments.payouts.paying import pay_out
from backend.payments.payouts.settings import read_bank

KEYRING = Keyring({"old": b"o" * 32, "new": b"n" * 32}, "new", b"l" * 32)


async def live(database_url: str, bank_file: str, at: str) -> None:
    clock = FixedClock(datetime.fromisoformat(at))
    db = await connect(database_url, max_size=2)
    async with httpx.AsyncClient(trust_env=False) as http:
        await pay_out(db, KEYRING, Bank(read_bank(bank_file, "http://127.0.0.1:9"), http), clock.now())
    await db.close()


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            asyncio.run(live(*line.split()))
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else "ended", flush=True)


if __name__ == "__main__":
    main()
