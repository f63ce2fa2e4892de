"""Entitlements that were confirmed and whose cause has turned out not to be: told to whoever sees to them, once."""

from collections.abc import Sequence
from datetime import datetime

from backend.core.db import Tx
from backend.core.events import record
from backend.matching.events import CauseLost
from backend.matching.models import MatchState
from backend.matching.planning import LOST, Plan
from backend.matching.queries import matches as queries


async def note_lost(tx: Tx, plans: Sequence[Plan], now: datetime) -> None:
    """The match keeps LOST as its reason, so that this is said but once."""
    lost = [match for plan in plans for match in plan.lost]
    if lost:
        await queries.update_state(tx, lost, MatchState.SETTLED, [LOST] * len(lost), now)
        events = [CauseLost(subject_id=m.subject_id, rule=m.rule, occasion=m.occasion) for m in lost]
        await record(tx, events, now)
