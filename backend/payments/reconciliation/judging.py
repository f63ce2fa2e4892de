"""What a comparison has found, as differences with the amount that each of them makes."""

from backend.core.ids import uuid7
from backend.payments.models import Kind, ObservedState
from backend.payments.reconciliation.models import Class, DifferenceState
from backend.payments.reconciliation.queries.differences import DifferenceRow
from backend.payments.reconciliation.queries.judging import Booked, Judged

UNKNOWN_ORDER, TWIN = "unknown_order", "twin"
"""Verdicts of rows that the one effect cannot put right: it is not asked about them."""

_MOVED = {ObservedState.PAID, ObservedState.FINISHED, ObservedState.REFUNDED}


def difference_of(row: Judged) -> DifferenceRow:
    """A row of a bill that is not matched."""
    told, booked = _amounts(row)
    return DifferenceRow(
        row.subject_id,
        uuid7(),
        row.judged,
        _about(row, told),
        DifferenceState.OPEN,
        row.kind,
        row.line_no,
        row.order_no,
        row.refund_no,
        row.counterpart or (row.effect_key if row.entry_fen is not None else None),
        told,
        booked,
        _effect(row, told, booked),
        _verdict(row),
    )


def missing_there(row: Booked) -> DifferenceRow:
    """An entry that stands in no bill: perhaps in the next one, for a day does not end everywhere at once."""
    is_refund = row.refund_no is not None
    return DifferenceRow(
        row.subject_id,
        uuid7(),
        Class.MISSING_THERE,
        row.effect_key,
        DifferenceState.WAITING,
        Kind.REFUND if is_refund else Kind.PAYMENT,
        None,
        row.order_no,
        row.refund_no,
        row.effect_key,
        None,
        row.amount_fen,
        row.amount_fen if is_refund else -row.amount_fen,
        None,
    )


def _amounts(row: Judged) -> tuple[int, int | None]:
    """What the bill tells and what is booked, in the unit of the class."""
    if row.judged == Class.FEE:
        return row.fee_fen, row.agreed_fee_fen
    if row.judged == Class.AMOUNT and row.entry_fen == row.amount_fen:
        return row.received_fen, row.entry_fen
    if row.judged == Class.NUMBER and row.counterpart is not None:
        return row.amount_fen, row.amount_fen
    return row.amount_fen, None if row.is_twin else row.entry_fen


def _effect(row: Judged, told: int, booked: int | None) -> int:
    sign = -1 if row.kind == Kind.REFUND else 1
    if row.judged == Class.FEE:
        return 0  # booked as charged: whether that was right is between the city and the channel
    if row.judged == Class.STATE:
        came_back = row.kind == Kind.REFUND and row.state == ObservedState.FAILED
        return booked or 0 if came_back else 0
    return sign * (told - (booked or 0)) if row.state in _MOVED else 0


def _about(row: Judged, told: int) -> str:
    """The same for the same difference in every run. Another amount is another difference."""
    if row.effect_key is None:
        return f"{row.kind}:{row.order_no}:{row.amount_fen}#{row.line_no}"
    if row.is_twin:
        return f"{row.effect_key}#{row.line_no}"
    return f"{row.effect_key}={told}"


def _verdict(row: Judged) -> str | None:
    if row.is_twin:
        return TWIN
    return None if row.is_known else UNKNOWN_ORDER
