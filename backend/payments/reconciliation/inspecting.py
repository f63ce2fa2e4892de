"""One difference as operators see it: what happened, what to do, and what people have decided about it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from backend.core.db import Database
from backend.operators.models import OperatorSession, Role
from backend.operators.service import list_operators
from backend.payments.reconciliation import wording
from backend.payments.reconciliation.errors import DifferenceNotFound
from backend.payments.reconciliation.paths import day_path, difference_path
from backend.payments.reconciliation.queries import differences, proposals
from backend.payments.reconciliation.queries.proposals import Proposal
from backend.payments.reconciliation.writing_off import act_for
from pwa.views.parts import FieldError
from pwa.views.reconciliation import Decided, DifferencePage


async def draw_difference(
    db: Database,
    operator: OperatorSession,
    difference_id: UUID,
    *,
    reason: str = "",
    errors: Sequence[FieldError] = (),
) -> DifferencePage:
    """Raises DifferenceNotFound. Who may not act on money sees everything and is offered nothing."""
    found = await differences.find_difference(db, difference_id)
    if found is None:
        raise DifferenceNotFound
    told = await proposals.list_proposals(db, found.subject_id, difference_id)
    pending = next((each for each in told if each.decision is None), None)
    may_act = Role.CASHIER in operator.roles
    is_own = pending is not None and pending.proposed_by == operator.operator_id
    act = act_for(found.state) if may_act and pending is None else None
    state, tone, icon = wording.STATES[found.state]
    return DifferencePage(
        title=wording.title_of(found),
        path=difference_path(difference_id),
        back=day_path(found.day),
        state=state,
        tone=tone,
        icon=icon,
        happened=wording.happened(found),
        to_do=wording.to_do(found),
        facts=wording.facts_of(found),
        history=_history(told, await _names(db)),
        act=None if act is None else wording.ACTS[act],
        decides=wording.APPROVALS[pending.act] if may_act and pending is not None and not is_own else None,
        withdraws=may_act and is_own,
        reason=reason,
        errors=tuple(errors),
    )


def _history(told: Sequence[Proposal], names: Mapping[UUID, str]) -> tuple[Decided, ...]:
    steps = []
    for each in told:
        proposed = wording.PROPOSED[each.act]
        steps.append(Decided(what=proposed, who=names.get(each.proposed_by), at=each.proposed_at, reason=each.reason))
        if each.decision is not None and each.decided_at is not None:
            who = None if each.decided_by is None else names.get(each.decided_by)
            steps.append(Decided(what=wording.DECISIONS[each.decision], who=who, at=each.decided_at))
    return tuple(steps)


async def _names(db: Database) -> dict[UUID, str]:
    return {each.operator_id: each.name for each in await list_operators(db)}
