"""Messages about others: named to those who may act for them today, closed to everybody else."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from msgspec import Struct, structs

from backend.citizens.models import Represented
from backend.citizens.representation import represented_today
from backend.citizens.whom import for_whom
from backend.core.crypto import Keyring
from backend.core.db import Queryable
from notifications.models import InboxMessage, MessageState, Wording
from pwa.views.messages import MessageLine, OpenMessage
from pwa.views.parts import ForWhom, Text

View = TypeVar("View", MessageLine, OpenMessage)

_CLOSED_ZH = Wording(title="您代办过的一件事", body="您已不能代办，内容不再显示。", action="")
_CLOSED_EN = Wording(
    title="A matter you acted in",
    body="You may not act for them any more, so it is not shown.",
    action="",
)
_CLOSED = Text(_CLOSED_ZH.body, _CLOSED_EN.body)


class Behalf(Struct, frozen=True):
    """For whom one reader may act today, of those that some messages are about."""

    names: Mapping[UUID, Represented]

    def allows(self, subject_id: UUID | None) -> bool:
        """Whether what is about this subject (None: the reader) may be shown."""
        return subject_id is None or subject_id in self.names

    def closed(self, message: InboxMessage) -> InboxMessage:
        """The message, without what it said where the right to act has ended."""
        if self.allows(message.on_behalf_of):
            return message
        return structs.replace(
            message,
            zh=_CLOSED_ZH,
            en=_CLOSED_EN,
            link=f"/messages/{message.message_id}",
            due_on=None,
            state=MessageState.SUPERSEDED,
        )

    def labelled(self, view: View, message: InboxMessage) -> View:
        """The view of a message that was closed where it had to be, saying for whom it is."""
        if self.allows(message.on_behalf_of):
            return structs.replace(view, for_whom=self.for_whom(message.on_behalf_of))
        if isinstance(view, OpenMessage):
            return structs.replace(view, body=_CLOSED)
        return structs.replace(view, line=_CLOSED)

    def for_whom(self, subject_id: UUID | None) -> ForWhom | None:
        who = None if subject_id is None else self.names.get(subject_id)
        return None if who is None else for_whom(who)


NOBODY = Behalf({})


async def behalf_of(
    db: Queryable, keyring: Keyring, reader_id: UUID, subject_ids: Iterable[UUID | None], now: datetime
) -> Behalf:
    """Nothing is opened for a reader of whose messages none is about others."""
    asked = [subject_id for subject_id in subject_ids if subject_id is not None]
    return Behalf(await represented_today(db, keyring, reader_id, asked, now))
