"""What happened to a licence, as far as other features act on it."""

from datetime import date
from uuid import UUID

from backend.core.events import Event
from backend.licences.models import Status


class LicenceRecorded(Event, frozen=True, kw_only=True, tag="licences.recorded"):
    """A department has fed a new licence or a change of one. `expires_on` None: long-term. `first`: it is new to us."""

    licence_id: UUID
    licence_type: str
    department_id: str
    issued_on: date
    expires_on: date | None
    status: Status
    first: bool
