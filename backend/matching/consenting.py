"""Recommendations are for those who asked for them (PIPL art. 24), and who does not want what is known used for offers
is told of none, be it about somebody for whom they act: the switch of a reader governs what is told to that reader.
Others who act for the same one are told all the same.
"""

from collections.abc import Iterable, Set
from uuid import UUID

from msgspec import Struct

from backend.city.rules import MessageClass
from backend.core.db import Queryable
from backend.matching.deciding import REFUSABLE
from backend.matching.rulebook import Rulebook
from notifications.consents import list_consenting, list_refusing


class Wishes(Struct, frozen=True):
    """What some readers want. Whose wish was not asked for wants nothing but what nobody can refuse."""

    agreed: Set[UUID]
    refusing: Set[UUID]

    def welcome(self, message_class: MessageClass, reader_id: UUID) -> bool:
        if message_class is MessageClass.RECOMMENDATION:
            return reader_id in self.agreed
        return message_class not in REFUSABLE or reader_id not in self.refusing


async def wishes_of(conn: Queryable, asked: Iterable[tuple[MessageClass, UUID]]) -> Wishes:
    """Of readers to whom something of a class is to be told; looked up only where it matters."""
    readers = {message_class: set[UUID]() for message_class in MessageClass}
    for message_class, reader_id in asked:
        readers[message_class].add(reader_id)
    recommended, offered = (sorted(readers[each]) for each in (MessageClass.RECOMMENDATION, MessageClass.ENTITLEMENT))
    return Wishes(
        agreed=await list_consenting(conn, recommended) if recommended else frozenset(),
        refusing=await list_refusing(conn, offered) if offered else frozenset(),
    )


async def refused(conn: Queryable, book: Rulebook, told: Iterable[tuple[str, UUID]]) -> Set[tuple[str, UUID]]:
    """Of these tellings (rule, reader) those whose reader wants no such thing any more."""
    offers = {
        (rule, reader_id)
        for rule, reader_id in told
        if rule in book.rules and book.rules[rule].message_class in REFUSABLE
    }
    readers = sorted({reader_id for _, reader_id in offers})
    refusing = await list_refusing(conn, readers) if readers else frozenset()
    return {(rule, reader_id) for rule, reader_id in offers if reader_id in refusing}
