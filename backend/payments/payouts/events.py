"""What happened to money given to somebody."""

from backend.core.events import Event


class PayoutPaid(Event, frozen=True, kw_only=True, tag="payouts.paid"):
    """It is in the account of the payee, who is the subject."""

    payout_no: str
    amount_fen: int


class PayoutFailed(Event, frozen=True, kw_only=True, tag="payouts.failed"):
    """It could not be paid, or has come back (`returned`): another card is needed."""

    payout_no: str
    amount_fen: int
    returned: bool
