"""Four eyes: what cannot be repaired is written off by one cashier and approved by another one, and so undone."""

from datetime import datetime
from uuid import UUID

from backend.core.db import Database, Tx
from backend.core.ids import uuid7
from backend.operators.models import OperatorSession, Role
from backend.operators.service import note_act
from backend.payments import ledger
from backend.payments.queries.ledger import EntryRow
from backend.payments.reconciliation.errors import (
    DifferenceNotFound,
    NothingProposed,
    NotToBeWrittenOff,
    ReasonMissing,
    SecondPersonNeeded,
)
from backend.payments.reconciliation.models import Act, Class, Decision, DifferenceState
from backend.payments.reconciliation.queries import differences, proposals
from backend.payments.reconciliation.queries.differences import Difference
from backend.payments.reconciliation.queries.proposals import Proposal
from backend.payments.records import Account, Source, clearing

_SHORTEST_REASON, _LONGEST_REASON = 4, 500
_PROPOSED = "proposed"
_ACTS = {
    DifferenceState.OPEN: Act.WRITE_OFF,
    DifferenceState.WRITTEN_OFF: Act.TAKE_BACK,
    DifferenceState.REAPPEARED: Act.TAKE_BACK,
}


def act_for(state: str) -> Act | None:
    """What may be proposed about a difference in this state."""
    return _ACTS.get(DifferenceState(state))


async def propose(db: Database, operator: OperatorSession, difference_id: UUID, reason: str, now: datetime) -> None:
    """Proposes to write a difference off, or to take that back where it is.

    Raises RoleMissing, DifferenceNotFound, ReasonMissing, NotToBeWrittenOff.
    """
    operator.require(Role.CASHIER)
    if not _SHORTEST_REASON <= len(reason.strip()) <= _LONGEST_REASON or not reason.strip().isprintable():
        raise ReasonMissing
    async with db.transaction() as tx:
        found = await _lock(tx, difference_id)
        act = act_for(found.state)
        if act is None:
            raise NotToBeWrittenOff(state=found.state)
        if await proposals.find_pending(tx, found.subject_id, difference_id):
            raise NotToBeWrittenOff(state=_PROPOSED)
        await proposals.insert_proposal(
            tx, found.subject_id, uuid7(), difference_id, act, reason.strip(), operator.operator_id, now
        )
        await _note(tx, operator, f"{act}_proposed", found, now)


async def approve(db: Database, operator: OperatorSession, difference_id: UUID, now: datetime) -> None:
    """Books what somebody else has proposed.

    Raises RoleMissing, DifferenceNotFound, NothingProposed, SecondPersonNeeded.
    """
    operator.require(Role.CASHIER)
    async with db.transaction() as tx:
        found = await _lock(tx, difference_id)
        proposal = await _get_pending(tx, found)
        if proposal.proposed_by == operator.operator_id:
            raise SecondPersonNeeded
        carry_out = _write_off if proposal.act == Act.WRITE_OFF else _take_back
        effect_key = await carry_out(tx, found, proposal, now)
        await proposals.update_decided(tx, proposal, Decision.APPROVED, operator.operator_id, effect_key, now)
        await _note(tx, operator, f"{proposal.act}_approved", found, now)


async def decline(db: Database, operator: OperatorSession, difference_id: UUID, now: datetime) -> None:
    """Rejects somebody's proposal, or withdraws one's own. Raises RoleMissing, DifferenceNotFound, NothingProposed."""
    operator.require(Role.CASHIER)
    async with db.transaction() as tx:
        found = await _lock(tx, difference_id)
        proposal = await _get_pending(tx, found)
        own = proposal.proposed_by == operator.operator_id
        decision = Decision.WITHDRAWN if own else Decision.REJECTED
        await proposals.update_decided(tx, proposal, decision, operator.operator_id, None, now)
        await _note(tx, operator, f"{proposal.act}_{decision}", found, now)


async def _lock(tx: Tx, difference_id: UUID) -> Difference:
    """Whatever changes a difference takes turns here: a bill that settles it and two people who decide about it."""
    known = await differences.find_difference(tx, difference_id)
    locked = None if known is None else await differences.lock_difference(tx, known.subject_id, difference_id)
    if locked is None:
        raise DifferenceNotFound
    return locked


async def _get_pending(tx: Tx, found: Difference) -> Proposal:
    proposal = await proposals.find_pending(tx, found.subject_id, found.difference_id)
    if proposal is None or act_for(found.state) != proposal.act:
        raise NothingProposed
    return proposal


async def _write_off(tx: Tx, found: Difference, proposal: Proposal, now: datetime) -> str | None:
    """What the channel holds more goes where nobody's money is, what it holds less comes from there; fees are fees."""
    effect_key = None
    if found.effect_fen:
        effect_key = f"writeoff:{proposal.proposal_id}"
        other = Account.CHANNEL_FEE if found.judged == Class.FEE else Account.UNIDENTIFIED
        held = clearing(found.channel)
        debit, credit = (held, other.value) if found.effect_fen > 0 else (other.value, held)
        entry = EntryRow(
            found.subject_id, uuid7(), effect_key, debit, credit, abs(found.effect_fen), None, None, None, None,
            Source.OFFICE, now, now,
        )  # fmt: skip
        await ledger.post(tx, entry)
    await differences.update_difference(
        tx, found.subject_id, found.difference_id, DifferenceState.WRITTEN_OFF, None, now
    )
    return effect_key


async def _take_back(tx: Tx, found: Difference, proposal: Proposal, now: datetime) -> str | None:
    """The entry is turned around. The difference is open again, or gone where it does not exist any more."""
    written_off = await proposals.find_last_write_off(tx, found.subject_id, found.difference_id)
    effect_key = None if written_off is None else written_off.effect_key
    if effect_key is not None:
        await ledger.reverse(tx, found.subject_id, effect_key, now)
    is_gone = found.state == DifferenceState.REAPPEARED
    after, settled_at = (DifferenceState.GONE, now) if is_gone else (DifferenceState.OPEN, None)
    await differences.update_difference(tx, found.subject_id, found.difference_id, after, None, settled_at)
    return None if effect_key is None else f"reversal:{effect_key}"


async def _note(tx: Tx, operator: OperatorSession, did: str, found: Difference, now: datetime) -> None:
    facts = {"channel": found.channel, "day": found.day, "class": found.judged, "effect_fen": found.effect_fen}
    await note_act(tx, operator, f"reconciliation.{did}", str(found.difference_id), facts, now)
