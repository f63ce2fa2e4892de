"""THE MAP: what happens after each fact. Two or three lines a handler; the work is done by the features."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from redis.asyncio import Redis

from backend.citizens.events import DeathWithdrawn, MoveOutWithdrawn, PersonDied, PersonMovedOut, RepresentationChanged
from backend.citizens.models import DeathWord, Mandate, Role
from backend.citizens.representation import DEPARTMENT, record_mandate, represented_by
from backend.citizens.service import record_death_word, record_move_out, withdraw_move_out
from backend.core.clock import local_date
from backend.core.db import Tx
from backend.core.events import Event, EventMap, Together
from backend.core.sessions import end_sessions_of
from backend.departments.events import EventReceived
from backend.entitlements.service import note_lost
from backend.entitlements.telling import tell_of_failed_payout, tell_of_payout
from backend.inbox.events import ConsentChanged
from backend.licences.events import LicenceRecorded
from backend.licences.service import close_renewal, file_renewal, reconsider_licences
from backend.matching.events import CauseLost
from backend.matching.models import LifeEvent
from backend.matching.service import note_change, record_events
from backend.payments.events import BillRecorded, PaymentOverpaid, PaymentSettled, RefundSucceeded
from backend.payments.following import follow_agents
from backend.payments.payouts.events import PayoutFailed, PayoutPaid
from backend.payments.telling import tell_of_bill, tell_of_overpayment, tell_of_payment, tell_of_refund
from notifications.subscriptions import unsubscribe_others

_DEATH = frozenset({"person.died", "person.death_withdrawn"})
_AGENT = {
    "organisation.agent_named": "agent",
    "organisation.agent_ended": "agent",
    "child.guardian_named": "guardian",
    "child.guardian_ended": "guardian",
}
"""Reports of who may act for whom, and the fact that names the agent."""


async def apply_report(tx: Tx, events: Sequence[EventReceived], now: datetime) -> None:
    """What a department reports becomes a fact of the feature that keeps such facts. One person after the other, so
    that two programs never wait for each other in a circle."""
    for event in sorted(events, key=lambda event: event.subject_id):
        await _apply_report(tx, event, now)


async def _apply_report(tx: Tx, event: EventReceived, now: datetime) -> None:
    subject_id, facts, stated_at = event.subject_id, event.facts, event.stated_at or event.occurred_at
    if event.event_type in _AGENT:
        await record_mandate(tx, _mandate(event), now)
        return
    if event.event_type in _DEATH:
        await record_death_word(tx, _death_word(event), now)
        return
    if event.withdrawn:
        await _take_report_back(tx, event, now)
        return
    match event.event_type:
        case "person.moved_out":
            await record_move_out(tx, subject_id, date.fromisoformat(facts["moved_on"]), stated_at, now)
        case "licence.renewal_filed":
            filed_on = date.fromisoformat(facts["filed_on"])
            await file_renewal(tx, subject_id, facts["licence_type"], filed_on, now, source_id=facts["source_id"])
        case "licence.renewal_closed":
            closed_on = date.fromisoformat(facts["closed_on"])
            await close_renewal(tx, subject_id, facts["licence_type"], closed_on, now, source_id=facts["source_id"])


def _mandate(event: EventReceived) -> Mandate:
    """Who may act for whom, in the words of a department, also where it takes them back."""
    facts = event.facts
    ended_on, valid_until = facts.get("ended_on"), facts.get("valid_until")
    return Mandate(
        subject_id=event.subject_id,
        word_id=event.report_id,
        agent_id=UUID(facts[_AGENT[event.event_type]]),
        role=None if ended_on else Role(facts.get("role", Role.GUARDIAN)),
        source=f"{DEPARTMENT}{event.department_id}",
        valid_from=date.fromisoformat(ended_on or facts["valid_from"]),
        valid_until=date.fromisoformat(valid_until) if valid_until else None,
        withdrawn=event.withdrawn,
        stated_at=event.stated_at or event.occurred_at,
    )


def _death_word(event: EventReceived) -> DeathWord:
    """That somebody died, or that they did not, in the words of a department; also where it takes them back."""
    died_on = event.facts.get("died_on")
    return DeathWord(
        subject_id=event.subject_id,
        word_id=event.report_id,
        died_on=date.fromisoformat(died_on) if died_on else None,
        withdrawn=event.withdrawn,
        stated_at=event.stated_at or event.occurred_at,
    )


async def _take_report_back(tx: Tx, event: EventReceived, now: datetime) -> None:
    """It never happened: what followed from it ends."""
    stated_at = event.stated_at or event.occurred_at
    match event.event_type:
        case "person.moved_out":
            await withdraw_move_out(tx, event.subject_id, stated_at, now)
        case "licence.renewal_filed":
            filed_on, facts = date.fromisoformat(event.facts["filed_on"]), event.facts
            source_id = facts["source_id"]
            await close_renewal(tx, event.subject_id, facts["licence_type"], filed_on, now, source_id=source_id)


async def keep_for_rules(tx: Tx, events: Sequence[EventReceived], now: datetime) -> None:
    """What happened in somebody's life, as rules see it."""
    await record_events(tx, [_life_event(event) for event in events], now)


def _life_event(event: EventReceived) -> LifeEvent:
    return LifeEvent(
        event.subject_id,
        event.report_id,
        event.event_type,
        event.department_id,
        event.happened_on or local_date(event.occurred_at),
        event.facts,
        event.stated_at or event.occurred_at,
        event.withdrawn,
    )


async def apply_rules(tx: Tx, events: Sequence[Event], now: datetime) -> None:
    await note_change(tx, [event.subject_id for event in events], now)


async def apply_to_represented(tx: Tx, event: Event, now: datetime) -> None:
    """Those for whom this person acts: others may have to be told instead, or this one again."""
    await note_change(tx, await represented_by(tx, event.subject_id), now)


async def tell_agents_of_bills(tx: Tx, event: RepresentationChanged, now: datetime) -> None:
    """Who may act now is told what is owed, who may no more hears no more."""
    await follow_agents(tx, event.subject_id, now)


async def tell_of_bills_of_represented(tx: Tx, event: Event, now: datetime) -> None:
    """For whom this person acts, who has died or has not."""
    for subject_id in await represented_by(tx, event.subject_id):
        await follow_agents(tx, subject_id, now)


async def apply_consent(tx: Tx, event: ConsentChanged, now: datetime) -> None:
    """What is found about them, and about those they act for, is told to them or not any more."""
    await note_change(tx, [event.subject_id, *await represented_by(tx, event.subject_id)], now)


async def resume_reminders(tx: Tx, event: Event, now: datetime) -> None:
    await reconsider_licences(tx, event.subject_id, now)
    await note_change(tx, [event.subject_id], now)


def event_map(redis: Redis) -> EventMap:
    """The map for a program whose sessions are kept in this Redis."""

    async def end_access(tx: Tx, event: PersonDied, _now: datetime) -> None:
        await unsubscribe_others(tx, event.subject_id, None)
        await end_sessions_of(redis, event.subject_id)

    rules = Together(apply_rules)
    return {
        EventReceived: [Together(apply_report), Together(keep_for_rules)],
        LicenceRecorded: [rules],
        PersonDied: [rules, end_access, apply_to_represented, tell_of_bills_of_represented],
        DeathWithdrawn: [resume_reminders, apply_to_represented, tell_of_bills_of_represented],
        RepresentationChanged: [tell_agents_of_bills, rules],
        ConsentChanged: [apply_consent],
        BillRecorded: [tell_of_bill, rules],
        PaymentSettled: [tell_of_payment, rules],
        PaymentOverpaid: [tell_of_overpayment],  # its refund is queued in the same transaction
        RefundSucceeded: [tell_of_refund, rules],
        PersonMovedOut: [rules],
        MoveOutWithdrawn: [rules],
        CauseLost: [note_lost],
        PayoutPaid: [tell_of_payout],
        PayoutFailed: [tell_of_failed_payout],
    }
