"""Those who may act for a firm, and what each of them has been told of its bills."""

from datetime import timedelta
from uuid import UUID

from backend.core.events import Dispatcher
from backend.event_handlers import event_map
from backend.matching.turning import turn_if_due
from tests.payments.till import Till

DAY = timedelta(days=1)
ASKED, GONE = ("payment-due", "active"), ("payment-due", "withdrawn")
PAID = ("payment-settled", "active")


class Office:
    """Two residents, a firm, and the map at work."""

    def __init__(self, till: Till, firm: UUID, readers: list[UUID]) -> None:
        self.till, self.firm, self.readers = till, firm, readers
        self._dispatcher = Dispatcher(till.db, event_map(till.redis))

    async def settle(self) -> None:
        await turn_if_due(self.till.db, self.till.now)
        while await self._dispatcher.run_once(self.till.now):
            pass
        parked = await self.till.db.fetchval("SELECT count(*) FROM event_handlings WHERE done_at IS NULL")
        assert parked == 0

    async def told(self, reader: int) -> list[tuple[str, str]]:
        """Rule and state of every message to the first or the second resident."""
        await self.settle()
        rows = await self.till.db.fetch(
            "SELECT rule, state FROM messages WHERE recipient_id = $1 ORDER BY message_id", self.readers[reader]
        )
        return [(row["rule"], row["state"]) for row in rows]

    async def may_act(self, *readers: int, **facts: object) -> None:
        for reader in readers:
            await self.till.may_act(self.readers[reader], self.firm, **facts)

    async def may_act_no_more(self, reader: int) -> None:
        await self.till.may_act(self.readers[reader], self.firm, None)

    async def rows(self) -> int:
        count: int = await self.till.db.fetchval("SELECT count(*) FROM bill_messages")
        return count

    async def read(self, reader: int) -> None:
        await self.till.db.execute(
            "UPDATE messages SET read_at = $2 WHERE recipient_id = $1", self.readers[reader], self.till.now
        )
