"""What departments report about persons and enterprises."""

from datetime import date, datetime
from uuid import UUID

from backend.core.events import Event


class EventReceived(Event, frozen=True, kw_only=True, tag="departments.event_received"):
    """A department's event of one of the pack's event types, its facts checked: dates `YYYY-MM-DD`, codes that exist,
    of persons the subject id.

    `report_id` is ours and stays the same when the department corrects the event; it comes again with `corrects`, and
    with `withdrawn` when it never happened. `happened_on` is the first date among its facts. `stated_at`: by the
    department's clock, so that the latest word is known in whatever order they are handled.
    """

    report_id: UUID
    department_id: str
    event_type: str
    occurred_at: datetime
    facts: dict[str, str]
    corrects: bool
    withdrawn: bool = False
    happened_on: date | None = None
    stated_at: datetime | None = None
