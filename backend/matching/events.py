"""What the rules found out that others act on."""

from backend.core.events import Event


class CauseLost(Event, frozen=True, kw_only=True, tag="matching.cause_lost"):
    """An entitlement was confirmed, and the fact it rested on has been withdrawn or corrected since."""

    rule: str
    occasion: str
