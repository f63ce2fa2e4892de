"""我的 · 可以代办的: organisations and children for whom one may act, until when, and who says so."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from litestar import Request, Response, get

from backend.citizens.masking import spoken_name
from backend.citizens.models import Represented, Role, SubjectKind
from backend.citizens.representation import DEPARTMENT, IDENTITY_PROVIDER, list_represented
from backend.core.clock import Clock, local_date
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page
from backend.core.sessions import Session
from backend.departments.service import list_departments
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
_SOME_DEPARTMENT = Text("报送部门", "a department")


@get(PATH, opt=access(Access.RESIDENT), include_in_schema=False)
async def acting_for(
    request: Request[Any, Any, Any],
    db: Given[Database],
    keyring: Given[Keyring],
    clock: Given[Clock],
    session: Given[Session],
) -> Response[bytes]:
    """Today and to come; what has ended is not shown any more."""
    now = clock.now()
    found = await list_represented(db, keyring, session.subject_id, now)
    departments = {str(each.department_id): each.name for each in await list_departments(db)} if found else {}
    view = ActingFor(mandates=tuple(_shown(each, departments, local_date(now)) for each in found))
    return await page(request, "inbox/acting_for.html", view, tab=Tab.ME)


def _shown(who: Represented, departments: Mapping[str, str], today: date) -> Mandate:
    person = who.kind is SubjectKind.PERSON
    return Mandate(
        name=who.name,
        spoken=spoken_name(who.name) if person else who.name,
        icon="users" if person else "file-badge",
        role=_ROLES[who.role],
        begins=who.valid_from,
        ends=who.valid_until,
        to_come=who.valid_from > today,
        source=_source(who.source, departments),
    )


def _source(source: str, departments: Mapping[str, str]) -> Text:
    if source == IDENTITY_PROVIDER:
        return _PROVIDER
    name = departments.get(source.removeprefix(DEPARTMENT))
    return _SOME_DEPARTMENT if name is None else Text(name)


HANDLERS = [acting_for]
