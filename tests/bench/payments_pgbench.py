"""The same transaction by pgbench, Postgres' own load program in C: what the database does in a second."""

import re
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from backend.core.db import Database
from backend.embedded.postgres import find_programs
from tests.bench.machine import SERVING, pin
from tests.bench.payments_alone import CONNECTIONS, Statement
from tests.bench.payments_town import Owed

_PLACE = re.compile(r"\$([0-9]+)")
_RECEIPT = "PZ"
_RATE = re.compile(r"tps = ([0-9.]+)")
# What is different in each transaction, as a function of its number; the rest stays as it was overheard.
_FUNCTIONS = """
CREATE FUNCTION pgbench_subject(n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
    $$ SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
CREATE FUNCTION pgbench_bill(n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
    $$ SELECT ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
CREATE FUNCTION pgbench_order(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS
    $$ SELECT 'PGBENCH' || lpad(n::text, 20, '0') $$"""
_SUBJECTS = """
INSERT INTO subjects (subject_id, kind, key_id, number_enc, name_enc, born_on, created_at, updated_at)
SELECT pgbench_subject(n), 'person', 'k', '', '', '2000-01-01', $2, $2 FROM generate_series(0, $1::bigint) AS n"""
_BILLS = """
INSERT INTO bills (subject_id, bill_id, bill_no, department_id, source_id, fee_code, amount_fen, basis, payee, key_id,
                   created_at, updated_at)
SELECT pgbench_subject(n), pgbench_bill(n), b.bill_no, b.department_id, n::text, b.fee_code, b.amount_fen, b.basis,
       b.payee, b.key_id, b.created_at, b.updated_at
FROM generate_series(0, $1::bigint) AS n JOIN bills b ON b.subject_id = $2 AND b.bill_id = $3"""
_ORDERS = """
INSERT INTO payment_orders (subject_id, order_no, bill_id, channel, scene, amount_fen, state, idempotency_key,
                            request_hash, ordered_at, expires_at, next_query_at)
SELECT pgbench_subject(n), pgbench_order(n), pgbench_bill(n), o.channel, o.scene, o.amount_fen, o.state, n::text,
       o.request_hash, o.ordered_at, o.expires_at, o.next_query_at
FROM generate_series(0, $1::bigint) AS n JOIN payment_orders o ON o.subject_id = $2 AND o.order_no = $3"""


class Pgbench:
    """Each run pays orders of its own, so many for each connection."""

    def __init__(self, dsn: str, script: Path, each: int) -> None:
        self._dsn, self._script, self._each, self._begun = dsn, script, each, 0

    @classmethod
    async def prepare(
        cls, db: Database, dsn: str, sample: Owed, said: Sequence[Statement], directory: Path, *, runs: int, each: int
    ) -> "Pgbench":
        """Orders like the sample, and a script of what was said about it."""
        number = (runs * each + 1) * CONNECTIONS
        await db.execute(_FUNCTIONS)
        await db.execute(_SUBJECTS, number, await db.fetchval("SELECT created_at FROM subjects LIMIT 1"))
        await db.execute(_BILLS, number, sample.subject_id, sample.bill_id)
        await db.execute(_ORDERS, number, sample.subject_id, sample.order_no)
        path = directory / "callback.sql"
        path.write_text(script(sample, said))
        return cls(dsn, path, each)

    def run(self) -> float:
        """Transactions in a second."""
        command = [
            find_programs() / "pgbench", "--no-vacuum", "--protocol=prepared", f"--client={CONNECTIONS}", "--jobs=1",
            f"--transactions={self._each}", f"--define=i={self._begun}", f"--file={self._script}", self._dsn,
        ]  # fmt: skip
        self._begun += self._each
        done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=pin(SERVING))
        rate = _RATE.search(done.stdout)
        if done.returncode or rate is None:
            raise RuntimeError(f"pgbench failed:\n{done.stderr[-2000:]}")
        return float(rate[1])


def script(sample: Owed, said: Sequence[Statement]) -> str:
    lines = ["\\set i :i + 1", f"\\set n :i * {CONNECTIONS} + :client_id", "BEGIN;"]
    for each in said:
        args = [_expression(value, sample) for value in each.args]
        lines.append(_PLACE.sub(lambda place, args=args: args[int(place[1]) - 1], each.sql) + ";")  # type: ignore[misc]
    return "\n".join([*lines, "COMMIT;", ""])


def _expression(value: Any, sample: Owed) -> str:
    match value:
        case UUID():
            known = {sample.subject_id: "pgbench_subject(:n::bigint)", sample.bill_id: "pgbench_bill(:n::bigint)"}
            return known.get(value, "gen_random_uuid()")
        case str():
            return _text(value, sample)
        case list():
            return f"ARRAY[{', '.join(_expression(each, sample) for each in value)}]"
        case datetime():
            return f"to_timestamp({value.timestamp()})"
        case bytes():
            return f"'\\x{value.hex()}'::bytea"
    return "NULL" if value is None else str(value)


def _text(value: str, sample: Owed) -> str:
    """A colon would begin a variable of pgbench."""
    if value.startswith("{"):
        return _quoted(value)
    if value.startswith(_RECEIPT):
        return f"'{_RECEIPT}' || pgbench_order(:n::bigint)"
    tail = sample.order_no[-20:]  # numbers of notice and payment are made of the order's
    parts = re.split(f"{sample.order_no}|{tail}", value)
    return "(" + " || pgbench_order(:n::bigint) || ".join(_quoted(part) for part in parts) + ")"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace(":", "\\x3A")
    return f"E'{escaped}'"
