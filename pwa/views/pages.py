"""Pages without a feature of their own: errors, display settings, offline, install help."""

from msgspec import Struct

from pwa.views.parts import Action, Text


class ErrorPage(Struct, frozen=True, kw_only=True):
    """`title` and `message` None fall back on words for the status. `reference` is what to quote on the phone."""

    status: int
    title: Text | None = None
    message: Text | None = None
    action: Action | None = None
    reference: str | None = None


class Plain(Struct, frozen=True):
    """A page that needs nothing but the shell: offline, install, display settings."""
