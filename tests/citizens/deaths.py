"""What a department says of somebody's death."""

from datetime import date, datetime
from uuid import UUID

from backend.citizens.models import DeathWord
from backend.core.ids import uuid7


def death(subject_id: UUID, died_on: date, stated_at: datetime) -> DeathWord:
    return DeathWord(subject_id, uuid7(), died_on, False, stated_at)


def life(subject_id: UUID, stated_at: datetime) -> DeathWord:
    """That whoever was reported dead lives."""
    return DeathWord(subject_id, uuid7(), None, False, stated_at)
