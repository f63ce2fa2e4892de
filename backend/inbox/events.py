"""What residents decide about being told, for whoever has to act on it."""

from backend.core.events import Event


class ConsentChanged(Event, frozen=True, kw_only=True, tag="inbox.consent_changed"):
    """They agreed to something or took it back; what holds now is asked of notifications.consents."""
