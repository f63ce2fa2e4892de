"""What happened in a person's life, as far as the hall acts on it."""

from datetime import date

from backend.core.events import Event


class PersonDied(Event, frozen=True, kw_only=True, tag="citizens.person_died"):
    """Recorded again with another date when the department corrects it."""

    died_on: date


class DeathWithdrawn(Event, frozen=True, kw_only=True, tag="citizens.death_withdrawn"):
    """A death had been recorded wrongly: the person lives."""


class PersonMovedOut(Event, frozen=True, kw_only=True, tag="citizens.person_moved_out"):
    """The household registration or residence has left the city."""

    moved_out_on: date


class MoveOutWithdrawn(Event, frozen=True, kw_only=True, tag="citizens.move_out_withdrawn"):
    """A move out of the city had been reported wrongly."""


class RepresentationChanged(Event, frozen=True, kw_only=True, tag="citizens.representation_changed"):
    """Who may act for this organisation or child is said otherwise than before, or a right has begun or ended by its
    dates.
    """
