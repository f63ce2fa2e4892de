"""A provider's daily bill: rows that are observations, and totals that the bill states itself."""

from collections import Counter
from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct

from backend.payments.models import Kind, Observation
from backend.payments.money import Fen
from backend.payments.providers.errors import BillRefused


class StatementRow(Struct, frozen=True):
    """`received_fen`: what reaches the merchant, or goes back for a refund, before the fee; coupons may have paid the
    rest. `fee_fen`: what the provider charges for this row, negative when it gives a fee back.
    """

    line_no: int
    observation: Observation
    received_fen: Fen
    fee_fen: Fen


class StatementTotals(Struct, frozen=True, kw_only=True):
    """Counts and sums in fen, refunds positive; None is what the bill does not state."""

    rows: int | None = None
    payments: int | None = None
    payments_fen: Fen | None = None
    received_fen: Fen | None = None
    refunds: int | None = None
    refunds_fen: Fen | None = None
    returned_fen: Fen | None = None
    fees_fen: Fen | None = None


class Statement(Protocol):
    """A bill read from bytes in bounded memory; both may be asked again and in any order. They raise BillRefused."""

    def rows(self) -> Iterator[StatementRow]: ...

    def totals(self) -> StatementTotals | None:
        """The bill's own summary; None where the format has none."""
        ...


class Tally:
    """Adds rows up, by what they are about."""

    def __init__(self) -> None:
        self._counts: Counter[Kind] = Counter()
        self._amounts: Counter[Kind] = Counter()
        self._received: Counter[Kind] = Counter()
        self._fees = 0

    def add(self, row: StatementRow) -> None:
        kind = row.observation.kind
        self._counts[kind] += 1
        self._amounts[kind] += row.observation.amount_fen or 0
        self._received[kind] += row.received_fen
        self._fees += row.fee_fen

    def totals(self) -> StatementTotals:
        return StatementTotals(
            rows=self._counts.total(),
            payments=self._counts[Kind.PAYMENT],
            payments_fen=Fen(self._amounts[Kind.PAYMENT]),
            received_fen=Fen(self._received[Kind.PAYMENT]),
            refunds=self._counts[Kind.REFUND],
            refunds_fen=Fen(self._amounts[Kind.REFUND]),
            returned_fen=Fen(self._received[Kind.REFUND]),
            fees_fen=Fen(self._fees),
        )


def disagreements(stated: StatementTotals, counted: StatementTotals) -> list[str]:
    """The names of the totals in which a bill and its rows differ."""
    return [
        name
        for name in StatementTotals.__struct_fields__
        if getattr(stated, name) is not None and getattr(stated, name) != getattr(counted, name)
    ]


def checked_rows(statement: Statement) -> Iterator[StatementRow]:
    """All rows; raises BillRefused after the last one if they do not add up to the bill's own totals."""
    tally = Tally()
    for row in statement.rows():
        tally.add(row)
        yield row
    stated = statement.totals()
    if stated is not None and (wrong := disagreements(stated, tally.totals())):
        raise BillRefused(f"rows do not add up to the stated {', '.join(wrong)}")
