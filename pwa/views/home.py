"""首页: what this person must or may do, what is running, what is used often."""

from enum import StrEnum

from msgspec import Struct

from pwa.views.parts import Action, Due, Fee, ForWhom, Text, Tile
from pwa.views.payments import Owed


class FeedCard(Struct, frozen=True, kw_only=True):
    """One found service. `plain` is the elder sentence (else `reason`); `bring` says what to bring when one must go.

    `online` None means unknown. `relative` is the masked name of whom it is for, when not oneself.
    `message_id` leads to why, later and stop; `part` tells apart several cards of one message.
    """

    message_id: str
    part: int = 0
    icon: str = "calendar-clock"
    title: Text
    reason: Text
    due: Due | None
    action: Action
    fee: Fee | None = None
    online: bool | None = None
    relative: str | None = None
    for_whom: ForWhom | None = None
    plain: Text | None = None
    bring: Text | None = None
    can_stop: bool = True

    @property
    def anchor(self) -> str:
        """An id that no other card of the page has."""
        return f"feed-{self.message_id}-{self.part}"


class CaseState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    ACT = "act"


class CaseStrip(Struct, frozen=True, kw_only=True):
    """A running case in one line and `steps` segments, of which `done` are filled."""

    path: str
    title: Text
    icon: str
    state: CaseState
    state_words: Text
    working_days_left: int | None
    done: int
    steps: int = 5
    relative: str | None = None


class Home(Struct, frozen=True, kw_only=True):
    """At most three feed cards, most urgent first; `feed_total` counts all. Tiles: eight, in elder mode at most six."""

    owed: Owed | None = None
    feed: tuple[FeedCard, ...] = ()
    feed_total: int = 0
    cases: tuple[CaseStrip, ...] = ()
    cases_total: int = 0
    tiles: tuple[Tile, ...] = ()
    elder_tiles: tuple[Tile, ...] = ()
    show_path: str = "/wallet"
