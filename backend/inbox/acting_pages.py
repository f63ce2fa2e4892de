"""我的 · 可以代办的: organisations and children for whom one may act, until when, and who says so."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get

from backend.citizens.masking import spoken_name
from backend.citizens.models import Represented, Role, SubjectKind
from backend.citizens.representation import DEPARTMENT, IDENTITY_PROVIDER, list_represented
from backend.city.city import City
from backend.core.clock import Clock, local_date
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page
from backend.core.sessions import Session
from backend.departments.service import with_registered
from pwa.views.acting import ActingFor, Mandate
from pwa.views.parts import Text, Tile
from pwa.views.shell import Tab

PATH = "/me/acting-for"
ROW = Tile(
    icon="users",
    label=Text("可以代办的单位和家人", "Whom I may act for"),
    path=PATH,
    note=Text("他们的提醒也会发给我", "Their reminders reach me too"),
)
_ROLES = {
    Role.LEGAL_REPRESENTATIVE: Text("法定代表人", "Legal representative"),
    Role.AUTHORISED: Text("经授权的经办人", "Authorised agent"),
    Role.GUARDIAN: Text("监护人", "Guardian"),
}
_PROVIDER = Text("统一身份认证", "the city's identity service")


@get(PATH, opt=access(Access.RESIDENT), include_in_schema=False)
async def acting_for(
    request: Request[Any, Any, Any],
    db: Given[Database],
    keyring: Given[Keyring],
    clock: Given[Clock],
    city: Given[City],
    session: Given[Session],
) -> Response[bytes]:
    """Today and to come; what has ended is not shown any more."""
    now = clock.now()
    found = await list_represented(db, keyring, session.subject_id, now)
    today = local_date(now)
    named = await with_registered(db, city) if found else city
    view = ActingFor(mandates=tuple(_shown(several, named, today) for several in _together(found, today)))
    return await page(request, "inbox/acting_for.html", view, tab=Tab.ME)


def _together(found: Iterable[Represented], today: date) -> Iterable[Sequence[Represented]]:
    """What several sources say alike. What holds today is one right, of which the longest counts."""
    alike: dict[tuple[UUID, Role, date], list[Represented]] = defaultdict(list)
    for each in found:
        alike[each.subject_id, each.role, max(each.valid_from, today)].append(each)
    return alike.values()


def _shown(several: Sequence[Represented], city: City, today: date) -> Mandate:
    who = several[0]
    person = who.kind is SubjectKind.PERSON
    ends = [each.valid_until for each in several if each.valid_until is not None]
    return Mandate(
        name=who.name,
        spoken=spoken_name(who.name) if person else who.name,
        icon="users" if person else "file-badge",
        role=_ROLES[who.role],
        begins=who.valid_from,
        ends=max(ends) if len(ends) == len(several) else None,
        to_come=who.valid_from > today,
        sources=tuple(dict.fromkeys(_source(each.source, city) for each in several)),
    )


def _source(source: str, city: City) -> Text:
    if source == IDENTITY_PROVIDER:
        return _PROVIDER
    name = city.department_name(source.removeprefix(DEPARTMENT))
    return Text(name.zh, name.en)


HANDLERS = [acting_for]
