"""Who lets a rule speak, and who silences it: two people to go live, one to stop."""

from datetime import datetime, timedelta

from backend.city.city import City
from backend.city.rules import RuleState
from backend.city.service import find_entry_version
from backend.core.db import Database, Tx
from backend.core.ids import uuid7
from backend.matching.desk.catalogue import get_rule
from backend.matching.desk.errors import (
    NotComputable,
    NothingProposed,
    NotNow,
    ProposalOutdated,
    ReasonMissing,
    RuleNotFound,
    SecondPersonNeeded,
)
from backend.matching.desk.models import Act, Change, DeskRule, Proposal, ProposalDecision
from backend.matching.desk.queries import catch_ups, decisions, recalls
from backend.matching.queries import changes
from backend.operators.models import OperatorSession, Role
from backend.operators.service import note_act

REMEMBERED = timedelta(days=90)
"""What was told longer ago has been sent or is of no use to anybody."""

_SHORTEST_REASON, _LONGEST_REASON = 4, 500
_PROPOSED = "proposed"
_ACTS = {RuleState.DRAFT: Act.GO_LIVE, RuleState.SHADOW: Act.GO_LIVE, RuleState.STOPPED: Act.RESUME}
_MAY_BE_TRIED = frozenset({RuleState.DRAFT, RuleState.STOPPED})
_MAY_BE_STOPPED = frozenset({RuleState.LIVE, RuleState.SHADOW})


def act_for(rule: DeskRule) -> Act | None:
    """What may be proposed about a rule in its state."""
    return _ACTS.get(rule.state) if rule.can_speak else None


def may_be_tried(rule: DeskRule) -> bool:
    return rule.state in _MAY_BE_TRIED and rule.can_speak


def may_be_stopped(rule: DeskRule) -> bool:
    return rule.state in _MAY_BE_STOPPED


async def propose(db: Database, city: City, operator: OperatorSession, code: str, reason: str, now: datetime) -> None:
    """Proposes that a rule goes live, or speaks again.

    Raises RoleMissing, RuleNotFound, ReasonMissing, NotNow, NotComputable.
    """
    operator.require(Role.RULES)
    _check(reason)
    async with db.transaction() as tx:
        await changes.lock_rule_states_alone(tx)
        rule = await get_rule(tx, city, code)
        act = act_for(rule)
        if not rule.can_speak:
            raise NotComputable(wanted_zh="上线", wanted_en="made live")
        if act is None:
            raise NotNow(state=rule.state)
        if await decisions.find_pending(tx, code):
            raise NotNow(state=_PROPOSED)
        version = await _version(tx, rule)
        proposal = Proposal(uuid7(), code, act, version, reason.strip(), operator.operator_id, now, None, None, None)
        await decisions.insert_proposal(tx, proposal)
        await note_act(tx, operator, f"rules.{act}_proposed", code, {"version": version}, now)


async def approve(db: Database, city: City, operator: OperatorSession, code: str, now: datetime) -> None:
    """Carries out what somebody else has proposed: the rule is live with the next look at anybody.

    What it found meanwhile is told afterwards, as far as it is not too late (see catching_up).

    Raises RoleMissing, RuleNotFound, NothingProposed, SecondPersonNeeded, ProposalOutdated, NotNow.
    """
    operator.require(Role.RULES)
    async with db.transaction() as tx:
        await changes.lock_rule_states_alone(tx)
        proposal = await _get_pending(tx, code)
        if proposal.proposed_by == operator.operator_id:
            raise SecondPersonNeeded
        rule = await get_rule(tx, city, code)
        if act_for(rule) != proposal.act:
            raise NotNow(state=rule.state)
        version = await _version(tx, rule)
        if version != proposal.version:
            raise ProposalOutdated(proposed=proposal.version, current=version)
        await decisions.update_decided(tx, proposal.proposal_id, ProposalDecision.APPROVED, operator.operator_id, now)
        change = Change(
            code, rule.state, RuleState.LIVE, version, proposal.reason, proposal.proposed_by, operator.operator_id, now
        )
        await _change(tx, change)
        await recalls.delete_recall(tx, code)
        await catch_ups.upsert_catch_up(tx, code, now)
        await note_act(tx, operator, f"rules.{proposal.act}_approved", code, {"version": version}, now)


async def decline(db: Database, operator: OperatorSession, code: str, now: datetime) -> None:
    """Rejects somebody's proposal, or withdraws one's own. Raises RoleMissing, NothingProposed."""
    operator.require(Role.RULES)
    async with db.transaction() as tx:
        await changes.lock_rule_states_alone(tx)
        proposal = await _get_pending(tx, code)
        own = proposal.proposed_by == operator.operator_id
        decision = ProposalDecision.WITHDRAWN if own else ProposalDecision.REJECTED
        await decisions.update_decided(tx, proposal.proposal_id, decision, operator.operator_id, now)
        await note_act(tx, operator, f"rules.{proposal.act}_{decision}", code, {"version": proposal.version}, now)


async def stop(db: Database, city: City, operator: OperatorSession, code: str, reason: str, now: datetime) -> None:
    """Silences a rule at once, by one person alone: after this nobody is told by it.

    It waits for those transactions that are just telling, and they for it. What was told and not sent yet is taken back
    afterwards (see recalling). Raises RoleMissing, RuleNotFound, NotNow.
    """
    operator.require(Role.RULES)
    async with db.transaction() as tx:
        await changes.lock_rule_states_alone(tx)
        rule = await get_rule(tx, city, code)
        if not may_be_stopped(rule):
            raise NotNow(state=rule.state)
        await _leave(tx, operator, rule, RuleState.STOPPED, reason, now)
        await recalls.upsert_recall(tx, code, now)
        await catch_ups.delete_catch_up(tx, code)
        await note_act(tx, operator, "rules.stopped", code, {"before": rule.state}, now)


async def begin_trial(
    db: Database, city: City, operator: OperatorSession, code: str, reason: str, now: datetime
) -> None:
    """From now on the rule finds and counts, and tells nobody.

    Raises RoleMissing, RuleNotFound, NotNow, NotComputable.
    """
    operator.require(Role.RULES)
    async with db.transaction() as tx:
        await changes.lock_rule_states_alone(tx)
        rule = await get_rule(tx, city, code)
        if not rule.can_speak:
            raise NotComputable(wanted_zh="试运行", wanted_en="tried")
        if not may_be_tried(rule):
            raise NotNow(state=rule.state)
        await _leave(tx, operator, rule, RuleState.SHADOW, reason, now)
        await note_act(tx, operator, "rules.trial_begun", code, {"before": rule.state}, now)


async def _leave(
    tx: Tx, operator: OperatorSession, rule: DeskRule, after: RuleState, reason: str, now: datetime
) -> None:
    """One person's change; a proposal about the state that was is void."""
    pending = await decisions.find_pending(tx, rule.code)
    if pending is not None:
        await decisions.update_decided(tx, pending.proposal_id, ProposalDecision.VOID, operator.operator_id, now)
    said = reason.strip()[:_LONGEST_REASON]
    version = await _version(tx, rule)
    await _change(tx, Change(rule.code, rule.state, after, version, said, operator.operator_id, None, now))


async def _change(tx: Tx, change: Change) -> None:
    await decisions.upsert_rule_state(
        tx, change.rule, change.state_after, change.version, change.changed_by, change.approved_by, change.changed_at
    )
    await decisions.insert_change(tx, uuid7(), change)


async def _version(tx: Tx, rule: DeskRule) -> int:
    version = await find_entry_version(tx, rule.kind, rule.key)
    if version is None:
        raise RuleNotFound
    return version


async def _get_pending(tx: Tx, code: str) -> Proposal:
    proposal = await decisions.find_pending(tx, code)
    if proposal is None:
        raise NothingProposed
    return proposal


def _check(reason: str) -> None:
    said = reason.strip()
    if not _SHORTEST_REASON <= len(said) <= _LONGEST_REASON or not said.isprintable():
        raise ReasonMissing
