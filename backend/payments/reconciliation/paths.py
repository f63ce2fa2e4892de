"""Where the pages of reconciliation are."""

from datetime import date
from uuid import UUID

RECONCILIATION = "/ops/reconciliation"


def day_path(day: date) -> str:
    return f"{RECONCILIATION}?day={day.isoformat()}"


def difference_path(difference_id: UUID) -> str:
    return f"{RECONCILIATION}/differences/{difference_id}"
