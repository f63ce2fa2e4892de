"""What a person must or may do now, for the first screen: as told by messages, read and counted in one statement."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from notifications.models import Kind, Wording
from notifications.ports import Conn
from notifications.quiet_hours import CITY_TIME

OVERDUE_FOR_AT_MOST = timedelta(days=30)
ANY_DAY_COMES_AFTER = timedelta(days=7)


class FeedText(msgspec.Struct, frozen=True, kw_only=True):
    """A card in one language; `plain` is the reason as one would say it aloud."""

    title: str
    reason: str
    action: str
    plain: str | None


class FeedCard(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do. Several cards may come from one message: a digest is taken apart, `part` counts from 1."""

    message_id: UUID
    part: int
    kind: Kind
    icon: str
    link: str
    due_on: date | None
    zh: FeedText
    en: FeedText | None
    on_behalf_of: UUID | None = None


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """`total` counts all things to do, `unread` all unread messages of the inbox."""

    cards: tuple[FeedCard, ...]
    total: int
    unread: int


class _Found(msgspec.Struct, frozen=True):
    """A thing to do as the statement gives it; `position` (from 1) is its place in a digest."""

    message_id: UUID
    kind: Kind
    icon: str
    link: str
    due_on: date | None
    position: int | None
    zh: Wording
    en: Wording | None
    on_behalf_of: UUID | None = None


_decode_found = msgspec.json.Decoder(tuple[_Found, ...]).decode


async def list_feed(
    conn: Conn, recipient_id: UUID, now: datetime, limit: int = 3, *, without: Sequence[str] = ()
) -> Feed:
    """The most urgent things first: the nearer the day, coming or just gone, the more urgent. What may be done on any
    day comes after what ends within a week, and goes a month after it was told.

    A thing counts while its message is in force, neither stopped nor put off, and its day not gone by more than 30
    days; read or unread makes no difference. What several messages say of one day and one link, for the same person, is
    one thing, in the words of the newest. `without`: what links to paths that begin so is shown elsewhere.
    """
    today = now.astimezone(CITY_TIME).date()
    row = await conn.fetchrow(
        """
        WITH told AS (
            SELECT m.message_id, m.kind, m.icon, m.zh, m.en, m.queued_at, m.on_behalf_of, i.position,
                   coalesce(i.item ->> 'link', m.link) AS link,
                   ends.due_on, coalesce(ends.due_on, (m.queued_at AT TIME ZONE 'Asia/Shanghai')::date) AS day
            FROM messages AS m
            LEFT JOIN LATERAL jsonb_array_elements(m.zh -> 'items') WITH ORDINALITY AS i (item, position) ON true
            CROSS JOIN LATERAL (
                SELECT CASE WHEN i.item IS NULL THEN m.due_on ELSE (i.item ->> 'due_on')::date END
            ) AS ends (due_on)
            WHERE m.recipient_id = $1 AND m.state = 'active' AND m.kind <> 'recommendation'
              AND (m.due_on IS NOT NULL OR m.tab <> 'notice')
              AND (m.snoozed_until IS NULL OR m.snoozed_until <= $2)
              AND (m.kind = 'statutory' OR NOT EXISTS (
                  SELECT 1 FROM stops AS s
                  WHERE s.recipient_id = m.recipient_id
                    AND ((s.scope = 'rule' AND s.name IN (m.rule, i.item ->> 'rule'))
                         OR (s.scope = 'topic' AND s.name = m.topic))))
        ), things AS (
            SELECT DISTINCT ON (link, day, on_behalf_of)
                   message_id, kind, icon, link, due_on, day, position, zh, en, queued_at, on_behalf_of
            FROM told
            WHERE day >= $4
              AND NOT EXISTS (SELECT FROM unnest($6::text[]) AS w (prefix) WHERE starts_with(told.link, w.prefix))
            ORDER BY link, day, on_behalf_of, queued_at DESC, message_id DESC
        ), shown AS (
            SELECT message_id, kind, icon, link, due_on, position, zh, en, on_behalf_of,
                   row_number() OVER (
                       ORDER BY abs(coalesce(due_on, $7::date) - $3::date), day DESC, link, on_behalf_of) AS place
            FROM things ORDER BY place LIMIT $5
        )
        SELECT coalesce((SELECT jsonb_agg(shown ORDER BY place) FROM shown), '[]')::text AS cards,
               (SELECT count(*) FROM things) AS total,
               (SELECT count(*) FROM messages AS m
                WHERE m.recipient_id = $1 AND m.state = 'active' AND m.read_at IS NULL
                  AND (m.snoozed_until IS NULL OR m.snoozed_until <= $2)) AS unread
        """,
        recipient_id,
        now,
        today,
        today - OVERDUE_FOR_AT_MOST,
        limit,
        without,
        today + ANY_DAY_COMES_AFTER,
    )
    found = _decode_found(row["cards"])
    return Feed(cards=tuple(map(_card, found)), total=row["total"], unread=row["unread"])


def _card(found: _Found) -> FeedCard:
    return FeedCard(
        message_id=found.message_id,
        part=found.position or 0,
        kind=found.kind,
        icon=found.icon,
        link=found.link,
        due_on=found.due_on,
        zh=_text(found.zh, found.position),
        en=None if found.en is None else _text(found.en, found.position),
        on_behalf_of=found.on_behalf_of,
    )


def _text(wording: Wording, position: int | None) -> FeedText:
    plain = None if wording.why is None else wording.why.plain
    if position is None or position > len(wording.items):
        return FeedText(title=wording.title, reason=wording.body, action=wording.action, plain=plain)
    item = wording.items[position - 1]
    return FeedText(title=item.title, reason=item.reason or plain or wording.body, action=item.action, plain=plain)
