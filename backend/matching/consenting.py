"""Recommendations are for those who asked for them (PIPL art. 24); everybody else's stay unheard until they do."""

from collections.abc import Iterable, Set
from uuid import UUID

from backend.city.rules import MessageClass
from backend.core.db import Queryable
from backend.matching.wording.messages import Due
from notifications.consents import list_consenting


async def consenting(conn: Queryable, due: Iterable[Due]) -> Set[UUID]:
    """The readers among these who want recommendations; asked only where there are any."""
    readers = sorted({each.addressee.recipient_id for each in due if _is_recommendation(each)})
    return await list_consenting(conn, readers) if readers else frozenset()


def is_welcome(due: Due, agreed: Set[UUID]) -> bool:
    return not _is_recommendation(due) or due.addressee.recipient_id in agreed


def _is_recommendation(due: Due) -> bool:
    return due.rule.message_class is MessageClass.RECOMMENDATION
