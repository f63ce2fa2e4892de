"""The short address in a short message: it leads to reading, and to stopping without signing in.

Whoever holds the code may stop and resume what that message told of, and nothing else; a stop must not depend on a
sign-in that fails. The code is signed with a key of the house, so that every try of a delivery carries the same, and
only its hash is kept.
"""

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from notifications.errors import StopLinkNotFound
from notifications.models import Pointer
from notifications.ports import Conn
from notifications.queries import stop_links as queries

Sign = Callable[[str], bytes]
_BYTES = 9  # 72 bits, twelve characters: nobody guesses one of a million in use, and a short message stays one
_LONGEST = 64
KEPT = timedelta(days=180)
"""After a message is of no use any more: who reads an old text message may still stop its rule without signing in."""

_PURGED_AT_ONCE = 1_000


async def make_code(db: Conn, sign: Sign, recipient_id: UUID, message_id: UUID, now: datetime) -> str:
    """The code for a message. `sign` is a keyed hash of at least nine bytes."""
    code = base64.urlsafe_b64encode(sign(f"{recipient_id}/{message_id}")[:_BYTES]).decode()
    await queries.insert_link(db, _hash(code), recipient_id, message_id, now)
    return code


async def read_code(conn: Conn, code: str) -> Pointer:
    """Whose message it is, and which. Raises StopLinkNotFound."""
    found = await queries.find_link(conn, _hash(code)) if len(code) <= _LONGEST else None
    if found is None:
        raise StopLinkNotFound
    return found


async def purge(db: Conn, now: datetime) -> bool:
    """Forgets links to messages that have long been of no use; True when there may be more.

    In two statements, without locks in the first: across the shards of a cluster none are to be had.
    """
    old = await queries.list_old(db, now - KEPT, _PURGED_AT_ONCE)
    await queries.delete_links(db, old)
    return len(old) == _PURGED_AT_ONCE


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
