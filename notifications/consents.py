"""What people agree to and take back: every word is kept with the text it was said to, and the last one counts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from notifications.consent_texts import current_text
from notifications.errors import ConsentTextChanged
from notifications.models import Locale, Purpose, Word
from notifications.ports import Conn
from notifications.queries import consents, deliveries

DEFAULTS = {Purpose.RECOMMENDATIONS: False, Purpose.FEATURES: True}
"""Where nothing was ever said. Refusing FEATURES needs no reason; recommending needs a yes."""


async def say(
    tx: Conn,
    recipient_id: UUID,
    consent_id: UUID,
    purpose: Purpose,
    *,
    given: bool,
    version: int,
    locale: Locale,
    now: datetime,
) -> bool:
    """Keeps a yes or no; False where it says what already holds. `version` is the text that the person had before them.

    A no holds at once: recommendations still queued are dropped. Where a yes is asked for, one to a text that has a
    successor raises ConsentTextChanged; going back to what holds unasked needs no text.
    """
    text = current_text(purpose)
    if given and not DEFAULTS[purpose] and version != text.version:
        raise ConsentTextChanged
    last = await consents.find_last(tx, recipient_id, purpose)
    if (DEFAULTS[purpose] if last is None else last) == given:
        return False
    word = Word(
        purpose=purpose, given=given, text_version=text.version, text_hash=text.hash, locale=locale, said_at=now
    )
    await consents.insert_consent(tx, recipient_id, consent_id, word)
    if not given:
        await deliveries.update_unconsented(tx, recipient_id, now)
    return True


async def list_words(conn: Conn, recipient_id: UUID) -> list[Word]:
    """Everything this person ever said, newest first."""
    return await consents.list_consents(conn, recipient_id)


async def get_consents(conn: Conn, recipient_id: UUID) -> dict[Purpose, bool]:
    """What holds now, defaults filled in."""
    last = await consents.list_last(conn, [recipient_id])
    return {purpose: last.get((recipient_id, purpose), DEFAULTS[purpose]) for purpose in Purpose}


async def list_consenting(conn: Conn, recipient_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of these people who want recommendations and do not refuse the use of their features."""
    last = await consents.list_last(conn, recipient_ids)
    return frozenset(
        each
        for each in recipient_ids
        if last.get((each, Purpose.RECOMMENDATIONS)) and last.get((each, Purpose.FEATURES), True)
    )


async def list_refusing(conn: Conn, recipient_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of these people whose features are not to be used."""
    last = await consents.list_last(conn, recipient_ids)
    return frozenset(each for each in recipient_ids if not last.get((each, Purpose.FEATURES), True))
