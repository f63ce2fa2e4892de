"""A provider's daily bill: rows that are observations, and totals that the bill states itself."""

from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct

from backend.payments.models import Kind, Observation
from backend.payments.money import Fen
from backend.payments.providers.errors import BillRefused


class StatementRow(Struct, frozen=True):
    """`fee_fen` is what the provider charges for this row, negative when it gives a fee back."""

    line_no: int
    observation: Observation
    fee_fen: Fen


class StatementTotals(Struct, frozen=True, kw_only=True):
    """Counts and sums in fen, refunds positive; None is what the bill does not state."""

    rows: int | None = None
    payments: int | None = None
    payments_fen: Fen | None = None
    refunds: int | None = None
    refunds_fen: Fen | None = None
    fees_fen: Fen | None = None


class Statement(Protocol):
    """A bill read from bytes in bounded memory; both may be asked again and in any order. They raise BillRefused."""

    def rows(self) -> Iterator[StatementRow]: ...

    def totals(self) -> StatementTotals | None:
        """The bill's own summary; None where the format has none."""
        ...


class Tally:
    """Adds rows up."""

    def __init__(self) -> None:
        self._counts = {Kind.PAYMENT: 0, Kind.REFUND: 0}
        self._sums = {Kind.PAYMENT: 0, Kind.REFUND: 0}
        self._fees = 0

    def add(self, row: StatementRow) -> None:
        self._counts[row.observation.kind] += 1
        self._sums[row.observation.kind] += row.observation.amount_fen or 0
        self._fees += row.fee_fen

    def totals(self) -> StatementTotals:
        return StatementTotals(
            rows=sum(self._counts.values()),
            payments=self._counts[Kind.PAYMENT],
            payments_fen=Fen(self._sums[Kind.PAYMENT]),
            refunds=self._counts[Kind.REFUND],
            refunds_fen=Fen(self._sums[Kind.REFUND]),
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
