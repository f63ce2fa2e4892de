"""Which status of a licence may follow which, as one table."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from backend.departments.faults import LineRefused
from backend.licences.faults import ILLEGAL_EXTENSION, ILLEGAL_STATUS
from backend.licences.models import Status


class State(Struct, frozen=True):
    """What decides whether a further declaration of the same licence is legal. `expires_on` None: long-term."""

    licence_type: str
    status: Status
    expires_on: date | None


LIVING = frozenset({Status.VALID, Status.SUSPENDED, Status.TRANSFERRED, Status.OTHER})
ENDED = frozenset({Status.WITHDRAWN, Status.CANCELLED, Status.REVOKED})

# 暂扣 and its return, 转出 and 转入 go both ways. 撤销 and 吊销 end a licence for good; 注销 only enters that into the
# register (行政许可法 art. 70). What is restored after that is a new licence with an id of its own.
# The table is transitive, which makes a feed sent twice end where it ended the first time.
ALLOWED: Mapping[Status, frozenset[Status]] = {
    **dict.fromkeys(LIVING, LIVING | ENDED),
    Status.WITHDRAWN: frozenset({Status.WITHDRAWN, Status.CANCELLED}),
    Status.REVOKED: frozenset({Status.REVOKED, Status.CANCELLED}),
    Status.CANCELLED: frozenset({Status.CANCELLED}),
}


def check(before: State, after: State) -> None:
    """Raises LineRefused when the status may not follow, or when a licence that has ended would last longer."""
    if after.status not in ALLOWED[before.status]:
        raise LineRefused(ILLEGAL_STATUS, before=before.status, after=after.status)
    if before.status in ENDED and (after.expires_on or date.max) > (before.expires_on or date.max):
        raise LineRefused(ILLEGAL_EXTENSION, before=before.status)
