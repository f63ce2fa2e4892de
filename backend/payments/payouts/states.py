"""Which state of a payout may follow which, drawn into docs/payments.md."""

from collections.abc import Mapping

from backend.payments.payouts.models import PayoutState

_P = PayoutState

# What the bank has refused stays refused: another card means another payout, so that a late "paid" would be money
# given twice, and is listed. What was paid may come back.
PAYOUTS: Mapping[PayoutState, frozenset[PayoutState]] = {
    _P.ORDERED: frozenset({_P.ACCEPTED, _P.PAID, _P.FAILED, _P.RETURNED}),
    _P.ACCEPTED: frozenset({_P.PAID, _P.FAILED, _P.RETURNED}),
    _P.PAID: frozenset({_P.RETURNED}),
    _P.FAILED: frozenset(),
    _P.RETURNED: frozenset(),
}
