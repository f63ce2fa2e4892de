"""Those who may act for a firm or a child, and what each of them has been told of its bills."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from backend.citizens.models import Role
from backend.core.events import Dispatcher
from backend.event_handlers import event_map
from backend.matching.turning import turn_if_due
from tests.payments.till import Till

DAY = timedelta(days=1)
ASKED, GONE = ("payment-due", "active"), ("payment-due", "withdrawn")
PAID = ("payment-settled", "active")


class _Readers:
    """Residents who may act for somebody, and the map at work."""

    def __init__(self, till: Till, owner: UUID, readers: list[UUID], role: Role) -> None:
        self.till, self.readers = till, readers
        self._owner, self._role = owner, role
        self._dispatcher = Dispatcher(till.db, event_map(till.redis))

    async def settle(self) -> None:
        await turn_if_due(self.till.db, self.till.now)
        while await self._dispatcher.run_once(self.till.now):
            pass
        parked = await self.till.db.fetchval("SELECT count(*) FROM event_handlings WHERE done_at IS NULL")
        assert parked == 0

    async def told(self, reader: int) -> list[tuple[str, str]]:
        """Rule and state of every message to the first or the second resident."""
        return await self._told(self.readers[reader])

    async def _told(self, reader_id: UUID) -> list[tuple[str, str]]:
        await self.settle()
        rows = await self.till.db.fetch(
            "SELECT rule, state FROM messages WHERE recipient_id = $1 ORDER BY message_id", reader_id
        )
        return [(row["rule"], row["state"]) for row in rows]

    async def may_act(self, *readers: int, **facts: Any) -> None:
        for reader in readers:
            await self.till.may_act(self.readers[reader], self._owner, **({"role": self._role} | facts))

    async def may_act_no_more(self, reader: int) -> None:
        await self.till.may_act(self.readers[reader], self._owner, None)

    async def rows(self) -> int:
        count: int = await self.till.db.fetchval("SELECT count(*) FROM bill_messages")
        return count

    async def read(self, reader: int) -> None:
        await self.till.db.execute(
            "UPDATE messages SET read_at = $2 WHERE recipient_id = $1", self.readers[reader], self.till.now
        )


class Office(_Readers):
    """Two residents and a firm."""

    def __init__(self, till: Till, firm: UUID, readers: list[UUID]) -> None:
        super().__init__(till, firm, readers, Role.AUTHORISED)
        self.firm = firm


class Family(_Readers):
    """Two residents and a child, who reads as well."""

    def __init__(self, till: Till, child: UUID, parents: list[UUID]) -> None:
        super().__init__(till, child, parents, Role.GUARDIAN)
        self.child = child

    async def child_told(self) -> list[tuple[str, str]]:
        return await self._told(self.child)

    async def all_told(self) -> list[list[tuple[str, str]]]:
        """The child, then each of its parents."""
        return [await self.child_told(), await self.told(0), await self.told(1)]
