"""Which items the city uses most: counted without persons, in memory first, in the database by and by."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, cast

from litestar import Request
from litestar.datastructures import State

from backend.catalogue import shelf_queries as queries
from backend.city.city import City
from backend.core.background import every
from backend.core.clock import local_date
from backend.core.db import Database
from backend.core.resources import Resources

WINDOW = timedelta(days=30)
LEAST_USES = 20  # in the window: fewer say more about chance than about the city
LONGEST = 24  # enough for the few that are shown, whichever audience they are for
PAUSE_S = 60.0
_KEY = "often"


class Often:
    """The counts of one process that wait to be stored, and the list as of the last time they were.

    A process that is killed loses the counts of its last minute, and nothing else.
    """

    def __init__(self) -> None:
        self.waiting: Counter[str] = Counter()
        self.most_used: tuple[str, ...] = ()

    def count(self, item_code: str) -> None:
        """Only codes of the pack come here, so there are never more than it has items."""
        self.waiting[item_code] += 1

    async def settle(self, db: Database, city: City, now: datetime) -> None:
        """Stores what was counted, forgets what is past the window, and reads the list anew."""
        today, uses = local_date(now), self.waiting
        self.waiting = Counter()
        try:
            self.most_used = await _exchange(db, city, today, uses)
        except BaseException:
            self.waiting.update(uses)  # for the next time
            raise


async def _exchange(db: Database, city: City, today: date, uses: Counter[str]) -> tuple[str, ...]:
    since = today - WINDOW
    async with db.transaction() as tx:
        if uses:
            await queries.add_uses(tx, today, uses)
            await queries.delete_uses_before(tx, since)
        return tuple(await queries.list_most_used(tx, since, LEAST_USES, list(city.items), LONGEST))


def often_in(state: State) -> Often:
    """The one of this application."""
    if _KEY not in state:
        state[_KEY] = Often()
    return cast("Often", state[_KEY])


def often_of(request: Request[Any, Any, Any]) -> Often:
    return often_in(request.app.state)


async def keep_settling(state: State, resources: Resources, city: Callable[[], City]) -> None:
    """Settles now and then, for ever."""

    async def settle() -> None:
        await often_in(state).settle(resources.db, city(), resources.clock.now())

    await every(PAUSE_S, settle, "often")
