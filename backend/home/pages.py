"""首页: what was found for this person on top, then the doors that everybody uses."""

from collections.abc import Callable
from datetime import date
from typing import Any

from litestar import Request, Response, get

from backend.citizens.representation import list_represented_today
from backend.city.city import City
from backend.city.guide_parts import MaterialForm, Necessity
from backend.city.items import Item
from backend.city.models import Tile
from backend.core.clock import Clock, local_date
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page
from backend.core.sessions import Session
from backend.inbox.behalf import NOBODY, Behalf, behalf_of
from backend.inbox.service import due, way_on
from backend.payments.bills import find_owed
from backend.payments.paths import BILLS
from backend.payments.records import OwedTogether
from backend.payments.screens import owed_line
from notifications.feed import Feed, FeedText, list_feed
from notifications.feed import FeedCard as Found
from notifications.models import Kind
from pwa.views import home as screen
from pwa.views.parts import Action, Fee, Text
from pwa.views.parts import Tile as Door
from pwa.views.shell import Tab

_TEMPLATE = "home/home.html"
_GUIDE = "/services/"
_EASILY_CARRIED = 2  # more things to bring than this do not fit a card: the guide lists them


@get("/", opt=access(Access.PUBLIC), include_in_schema=False)
async def home(
    request: Request[Any, Any, Any],
    db: Given[Database],
    keyring: Given[Keyring],
    clock: Given[Clock],
    city: Given[City],
    session: Given[Session | None],
) -> Response[bytes]:
    """Three statements for all that is personal: what was found, for whom one acts, what is owed; none for visitors."""
    if session is None:
        return await page(request, _TEMPLATE, _view(city, local_date(clock.now()), None), tab=Tab.HOME)
    now = clock.now()
    feed = await list_feed(db, session.subject_id, now, without=[f"{BILLS}/"])  # those are in the line of what is owed
    behalf = await behalf_of(db, keyring, session.subject_id, (card.on_behalf_of for card in feed.cards), now)
    owed = await find_owed(db, session.subject_id, await list_represented_today(db, session.subject_id, now))
    return await page(
        request, _TEMPLATE, _view(city, local_date(now), feed, owed, behalf), tab=Tab.HOME, unread=feed.unread
    )


def _view(
    city: City, today: date, feed: Feed | None, owed: OwedTogether | None = None, behalf: Behalf = NOBODY
) -> screen.Home:
    """What is about somebody for whom the reader may not act any more is not drawn."""
    return screen.Home(
        owed=owed_line(owed, city, today),
        feed=()
        if feed is None
        else tuple(_card(city, today, found, behalf) for found in feed.cards if behalf.allows(found.on_behalf_of)),
        feed_total=0 if feed is None else feed.total,
        tiles=tuple(map(_door, city.tiles)),
        elder_tiles=tuple(map(_door, city.elder_tiles)),
    )


def _card(city: City, today: date, found: Found, behalf: Behalf) -> screen.FeedCard:
    item = city.items.get(found.link.removeprefix(_GUIDE)) if found.link.startswith(_GUIDE) else None
    return screen.FeedCard(
        message_id=str(found.message_id),
        part=found.part,
        icon=found.icon,
        title=_text(found, lambda said: said.title),
        reason=_text(found, lambda said: said.reason),
        due=None if found.due_on is None else due(found.due_on, today),
        action=Action(label=_text(found, lambda said: said.action), path=_way_on(found)),
        fee=None if item is None else _fee(city, item),
        online=item.online if item is not None and item.channels else None,
        for_whom=behalf.for_whom(found.on_behalf_of),
        plain=_text(found, lambda said: said.plain or said.reason),
        bring=None if item is None else _bring(item),
        can_stop=found.kind is not Kind.STATUTORY,
    )


def _way_on(found: Found) -> str:
    return way_on(found.message_id, found.link if found.part else None)


def _text(found: Found, pick: Callable[[FeedText], str]) -> Text:
    return Text(pick(found.zh), None if found.en is None else pick(found.en))


def _fee(city: City, item: Item) -> Fee | None:
    """Only a single known amount: what several fees come to depends on the case, and the guide explains it."""
    fees = city.fees_of(item)
    if fees and all(fee.amount_fen == 0 for fee in fees):
        return Fee(amount_fen=0)
    if len(fees) == 1 and fees[0].amount_fen is not None:
        return Fee(amount_fen=fees[0].amount_fen, name=Text(fees[0].name.zh, fees[0].name.en))
    return None


def _bring(item: Item) -> Text | None:
    """What to take along where one has to go; nothing is said unless the whole list is known and short."""
    carried = [
        material.name
        for material in item.materials
        if material.necessity is Necessity.REQUIRED and material.form is not MaterialForm.FORM and not material.when
    ]
    if item.online or not item.channels or not 1 <= len(carried) <= _EASILY_CARRIED:
        return None
    english = [name.en for name in carried if name.en is not None]
    spoken = f"Bring: {', '.join(english)}" if len(english) == len(carried) else None
    return Text(f"带上{'、'.join(name.zh for name in carried)}", spoken)


def _door(tile: Tile) -> Door:
    return Door(icon=tile.icon, label=Text(tile.label.zh, tile.label.en), path=_path(tile))


def _path(tile: Tile) -> str:
    """Where a shortcut leads: to an item, a theme or a page."""
    if tile.item is not None:
        return f"{_GUIDE}{tile.item}"
    if tile.theme is not None:
        return f"/services?theme={tile.theme}"
    return f"/{tile.page}"


HANDLERS = [home]
