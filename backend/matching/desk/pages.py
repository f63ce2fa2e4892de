"""The operators' pages of the rules desk."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from redis.asyncio import Redis

from backend.citizens.masking import mask_name
from backend.citizens.service import list_named
from backend.city.city import City
from backend.city.rules import RuleState
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.errors import BadParameter
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page, see_other
from backend.core.http.toasts import say_next
from backend.matching.desk import rehearsing, releasing, wording
from backend.matching.desk.catalogue import get_rule
from backend.matching.desk.drawing import Asked, draw_rule
from backend.matching.desk.errors import ReasonMissing
from backend.matching.desk.listing import draw_list
from backend.matching.desk.paths import CASES, RULES, rule_path
from backend.operators.models import OperatorSession
from pwa.views.parts import FieldError, Text
from pwa.views.rules import Case, CasesPage
from pwa.views.shell import Toast

_LIST, _RULE, _CASES = "ops/rules.html", "ops/rule.html", "ops/rule_cases.html"
_SPANS = {"30": 30, "90": 90}
_ONE = f"{RULES}/{{code:str}}"


@get(RULES, opt=access(Access.OPERATOR), include_in_schema=False)
async def all_rules(
    request: Request[Any, Any, Any], db: Given[Database], redis: Given[Redis], city: Given[City], clock: Given[Clock]
) -> Response[bytes]:
    """Query: state."""
    asked = request.query_params.get("state")
    if asked is not None and asked not in set(RuleState):
        raise BadParameter(name="state", reason=", ".join(RuleState))
    state = None if asked is None else RuleState(asked)
    return await page(request, _LIST, await draw_list(db, redis, city, state, clock.now()))


@get(_ONE, opt=access(Access.OPERATOR), include_in_schema=False)
async def one_rule(
    request: Request[Any, Any, Any],
    db: Given[Database],
    redis: Given[Redis],
    city: Given[City],
    clock: Given[Clock],
    operator: Given[OperatorSession],
    code: FromPath[str],
) -> Response[bytes]:
    """Query: days (30, 90), with (the rule to compare with)."""
    query = request.query_params
    asked = Asked(days=_SPANS.get(query.get("days", ""), rehearsing.DAYS), compared_with=query.get("with"))
    return await page(request, _RULE, await draw_rule(db, redis, city, operator, code, clock.now(), asked))


@post(f"{_ONE}/propose", opt=access(Access.OPERATOR), include_in_schema=False, status_code=303)
async def propose(
    request: Request[Any, Any, Any],
    db: Given[Database],
    redis: Given[Redis],
    city: Given[City],
    clock: Given[Clock],
    operator: Given[OperatorSession],
    code: FromPath[str],
) -> Response[bytes]:
    """Field: reason-propose."""
    reason, now = await _field(request, "reason-propose"), clock.now()
    try:
        await releasing.propose(db, city, operator, code, reason, now)
    except ReasonMissing as refused:
        error = FieldError(field="reason-propose", message=Text(refused.sentence("zh-CN"), refused.sentence("en")))
        asked = Asked(reason=reason, errors=(error,))
        view = await draw_rule(db, redis, city, operator, code, now, asked)
        return await page(request, _RULE, view, status=refused.status)
    return _done(
        request, code, Text("已提交，等另一位规则岗复核", "Proposed; another keeper of the rules has to decide")
    )


@post(f"{_ONE}/decide", opt=access(Access.OPERATOR), include_in_schema=False, status_code=303)
async def decide(
    request: Request[Any, Any, Any],
    db: Given[Database],
    city: Given[City],
    clock: Given[Clock],
    operator: Given[OperatorSession],
    code: FromPath[str],
) -> Response[bytes]:
    """Field: decision, `approve` or `decline`."""
    decision = await _field(request, "decision")
    if decision == "approve":
        await releasing.approve(db, city, operator, code, clock.now())
        return _done(request, code, Text("已同意，规则运行中", "Approved: the rule is live"))
    if decision != "decline":
        raise BadParameter(name="decision", reason="approve, decline")
    await releasing.decline(db, operator, code, clock.now())
    return _done(request, code, Text("提议已撤下", "The proposal is off the list"))


@post(f"{_ONE}/stop", opt=access(Access.OPERATOR), include_in_schema=False, status_code=303)
async def stop(
    request: Request[Any, Any, Any],
    db: Given[Database],
    city: Given[City],
    clock: Given[Clock],
    operator: Given[OperatorSession],
    code: FromPath[str],
) -> Response[bytes]:
    """Field: reason-stop, which may be empty. The workers take back what was not sent."""
    await releasing.stop(db, city, operator, code, await _field(request, "reason-stop"), clock.now())
    return _done(request, code, Text("已停用，未发出的正在撤回", "Stopped; what was not sent is being taken back"))


@post(f"{_ONE}/trial", opt=access(Access.OPERATOR), include_in_schema=False, status_code=303)
async def trial(
    request: Request[Any, Any, Any],
    db: Given[Database],
    city: Given[City],
    clock: Given[Clock],
    operator: Given[OperatorSession],
    code: FromPath[str],
) -> Response[bytes]:
    """Field: reason-try, which may be empty."""
    await releasing.begin_trial(db, city, operator, code, await _field(request, "reason-try"), clock.now())
    return _done(request, code, Text("试运行中，不告诉任何人", "On trial: nobody is told"))


@post(f"{_ONE}/rehearse", opt=access(Access.OPERATOR), include_in_schema=False, status_code=303)
async def rehearse(
    request: Request[Any, Any, Any],
    db: Given[Database],
    city: Given[City],
    clock: Given[Clock],
    operator: Given[OperatorSession],
    code: FromPath[str],
) -> Response[bytes]:
    """Asks the workers for it."""
    await rehearsing.ask(db, city, operator, code, clock.now())
    return _done(request, code, Text("预演已开始，不会发出任何消息", "The rehearsal begins; nobody is told anything"))


@post(f"{_ONE}/cancel", opt=access(Access.OPERATOR), include_in_schema=False, status_code=303)
async def cancel(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    operator: Given[OperatorSession],
    code: FromPath[str],
) -> Response[bytes]:
    """Ends the rehearsal that is going on."""
    await rehearsing.cancel(db, operator, code, clock.now())
    return _done(request, code, Text("预演已停止", "The rehearsal was stopped"))


@get(f"{CASES}/{{rehearsal_id:uuid}}", opt=access(Access.OPERATOR), include_in_schema=False)
async def cases(
    request: Request[Any, Any, Any],
    db: Given[Database],
    keyring: Given[Keyring],
    city: Given[City],
    clock: Given[Clock],
    operator: Given[OperatorSession],
    rehearsal_id: FromPath[UUID],
) -> Response[bytes]:
    """Names are opened to be masked at once; that somebody looked is logged."""
    rehearsal, found = await rehearsing.see_cases(db, operator, rehearsal_id, clock.now())
    rule = await get_rule(db, city, rehearsal.rule)
    named = await list_named(db, keyring, sorted({subject_id for subject_id, _ in found}))
    view = CasesPage(
        title=wording.titled(rule.name),
        back=rule_path(rule.code),
        about=Text(
            f"预演里随机抽出的 {len(found)} 件，先是会告诉的，再是不告诉的。",
            f"{len(found)} cases drawn from the rehearsal: first who would be told, then who would not.",
        ),
        cases=tuple(
            Case(
                name=mask_name(named[subject_id].name) if subject_id in named else "—",
                due_on=finding.due_on,
                facts=wording.facts_of(finding, city),
                verdict=wording.verdict_of(finding, city),
            )
            for subject_id, finding in found
        ),
    )
    return await page(request, _CASES, view)


async def _field(request: Request[Any, Any, Any], name: str) -> str:
    return str((await request.form()).get(name) or "")


def _done(request: Request[Any, Any, Any], code: str, said: Text) -> Response[bytes]:
    return say_next(request, see_other(rule_path(code)), Toast(text=said))


HANDLERS: list[HTTPRouteHandler] = [
    all_rules,
    one_rule,
    propose,
    decide,
    stop,
    trial,
    rehearse,
    cancel,
    cases,
]
