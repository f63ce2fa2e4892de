"""What one agrees to: the text before the answer, the answer at once, and everything one ever said."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from backend.core.clock import SHANGHAI, Clock, local_date
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.display import locale_of
from backend.core.http.given import Given
from backend.core.http.pages import page, see_other
from backend.core.http.toasts import say_next
from backend.core.sessions import Session
from backend.inbox.service import answer
from notifications.consent_texts import ConsentText, current_text, purpose_of, text_of
from notifications.consents import DEFAULTS, get_consents, list_words
from notifications.models import Locale, Purpose, Word
from pwa.views.consents import ConsentLog, ConsentPage, SaidWord
from pwa.views.parts import Text
from pwa.views.shell import Tab, Toast

_SAID = {
    (Purpose.RECOMMENDATIONS, True): Text("已同意", "You agreed"),
    (Purpose.RECOMMENDATIONS, False): Text("已收回同意", "You took it back"),
    (Purpose.FEATURES, True): Text("已恢复使用", "You allowed it again"),
    (Purpose.FEATURES, False): Text("已选择不使用", "You refused"),
}
_NOW = {
    (Purpose.RECOMMENDATIONS, True): Text("已同意，会为您推荐", "You agreed: recommendations are on"),
    (Purpose.RECOMMENDATIONS, False): Text("已收回，不再推荐", "Taken back: no more recommendations"),
    (Purpose.FEATURES, True): Text("已恢复，会为您查找待遇", "Your information is used for you again"),
    (Purpose.FEATURES, False): Text("不再使用您的信息做推荐", "Your information is not used to recommend any more"),
}
_FINGERPRINT = 8  # characters of the hash: enough to compare by eye


@get("/me/consents", opt=access(Access.RESIDENT), include_in_schema=False)
async def consents(request: Request[Any, Any, Any], db: Given[Database], session: Given[Session]) -> Response[bytes]:
    """Every yes and no, newest first."""
    view = ConsentLog(words=tuple(_said(word) for word in await list_words(db, session.subject_id)))
    return await page(request, "inbox/consents.html", view, tab=Tab.ME)


@get("/me/consents/{purpose:str}", opt=access(Access.RESIDENT), include_in_schema=False)
async def consent(
    request: Request[Any, Any, Any],
    db: Given[Database],
    session: Given[Session],
    purpose: FromPath[str],
    version: FromQuery[int | None] = None,
) -> Response[bytes]:
    """The text with the way to answer; an older one only to be read."""
    found = purpose_of(purpose)
    text = current_text(found) if version is None else text_of(found, version)
    view = await _page(db, session.subject_id, text)
    return await page(request, "inbox/consent.html", view, tab=Tab.ME)


@post("/me/consents/{purpose:str}", opt=access(Access.RESIDENT), include_in_schema=False)
async def say(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    session: Given[Session],
    purpose: FromPath[str],
) -> Response[bytes]:
    """Fields `given` (yes or no) and, for a yes, the `version` of the text that was read. Effective at once."""
    form = await request.form()
    found, given, version = purpose_of(purpose), form.get("given") == "yes", form.get("version", "")
    await answer(
        db,
        session.subject_id,
        found,
        given=given,
        version=int(version) if version.isascii() and version.isdigit() else 0,
        locale=Locale(locale_of(request)),
        now=clock.now(),
    )
    return say_next(request, see_other("/me/notifications#recommendations"), Toast(text=_NOW[found, given]))


async def _page(db: Database, recipient_id: UUID, text: ConsentText) -> ConsentPage:
    agreed = await get_consents(db, recipient_id)
    return ConsentPage(
        path=f"/me/consents/{text.purpose}",
        title=Text(text.title_zh, text.title_en),
        lines=tuple(Text(zh, en) for zh, en in zip(text.lines_zh, text.lines_en, strict=True)),
        version=text.version,
        since=text.since,
        given=agreed[text.purpose],
        asks=not DEFAULTS[text.purpose],
        current=text is current_text(text.purpose),
        refusing=not agreed[Purpose.FEATURES],
    )


def _said(word: Word) -> SaidWord:
    text = text_of(word.purpose, word.text_version)
    return SaidWord(
        title=Text(text.title_zh, text.title_en),
        said=_SAID[word.purpose, word.given],
        given=word.given,
        said_on=local_date(word.said_at),
        said_at=word.said_at.astimezone(SHANGHAI).time(),
        version=word.text_version,
        path=f"/me/consents/{word.purpose}?version={word.text_version}",
        fingerprint=word.text_hash.hex()[:_FINGERPRINT],
    )


HANDLERS = [consents, consent, say]
