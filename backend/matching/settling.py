"""What no longer holds is taken back: unsent messages vanish, sent ones say so, digests lose the part."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.core.db import Tx
from backend.matching.models import MatchState
from backend.matching.planning import Settling
from backend.matching.queries import matches as queries
from backend.matching.queries.matches import Telling
from backend.matching.wording.messages import DIGEST, digest_occasion
from notifications.service import take_items_back, withdraw


async def settle(tx: Tx, settling: Sequence[Settling], now: datetime) -> None:
    """Marks the matches, then takes back what was told of them."""
    if not settling:
        return
    matches = [each.match for each in settling]
    await queries.update_state(tx, matches, MatchState.SETTLED, [each.reason for each in settling], now)
    by_message: dict[tuple[UUID, UUID], list[Telling]] = defaultdict(list)
    for telling in await queries.list_tellings(tx, matches):
        by_message[telling.recipient_id, telling.message_id].append(telling)
    for (recipient_id, message_id), told in by_message.items():
        if not told[0].alone:
            await take_items_back(tx, recipient_id, message_id, [each.occasion for each in told])
        else:
            await _withdraw(tx, recipient_id, message_id, told, now)


async def _withdraw(tx: Tx, recipient_id: UUID, message_id: UUID, told: Sequence[Telling], now: datetime) -> None:
    """A message of its own goes by its rule and occasion, the rest of a digest by the digest's."""
    if not await withdraw(tx, recipient_id, told[0].rule, now, occasions=[each.message_occasion for each in told]):
        await withdraw(tx, recipient_id, DIGEST, now, occasions=[digest_occasion(message_id)])
