"""THE way out: what is planned for many people becomes matches and messages, in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from backend.city.rules import Audience, MessageClass, RuleState
from backend.core.db import Queryable, Tx
from backend.core.ids import uuid7
from backend.matching.models import Addressee, Decision, Match, MatchState
from backend.matching.planning import Plan, state_of
from backend.matching.queries import matches as queries
from backend.matching.queries.matches import NewMatch
from backend.matching.rulebook import Rulebook
from backend.matching.settling import settle
from backend.matching.wording.messages import DIGEST, Due, message
from notifications.models import Message, Pointer
from notifications.preferences import list_stopped_rules
from notifications.service import queue, reinstate

_GUARDIAN = "guardian"


class Telling(Struct, frozen=True):
    """What one look leads to. `due` goes by the id of its message; `unheard` has nobody to be told."""

    messages: tuple[Message, ...]
    due: tuple[tuple[UUID, Due], ...]
    unheard: frozenset[tuple[UUID, str, str]]  # subject, rule, occasion


async def compose(conn: Queryable, book: Rulebook, found: Sequence[tuple[Plan, Decision]], today: date) -> Telling:
    """The messages for what was found. What the daily sweep has to tell one reader goes together."""
    told = [(plan, decision) for plan, decision in found if book.rules[decision.rule].state is RuleState.LIVE]
    agents = await _agents(conn, book, told, today)
    due, unheard = [], set()
    for plan, decision in told:
        subject_id = plan.known.subject_id
        addressees = _addressees(book, plan, decision, agents.get(subject_id, ()))
        due += [Due(subject_id, book.rules[decision.rule], decision, addressee) for addressee in addressees]
        if not addressees:
            unheard.add((subject_id, decision.rule, decision.occasion))
    groups = await _groups(conn, due)
    return Telling(
        messages=tuple(message(message_id, several, today, book.city) for message_id, several in groups.items()),
        due=tuple((message_id, each) for message_id, several in groups.items() for each in several),
        unheard=frozenset(unheard),
    )


async def carry_out(
    tx: Tx, book: Rulebook, plans: Sequence[Plan], today: date, now: datetime
) -> tuple[Telling, list[Pointer]]:
    """Matches, messages, and what is taken back: all of it or nothing. The subjects are locked by the caller."""
    await settle(tx, [each for plan in plans for each in plan.settle], now)
    afresh = await _reinstate(tx, plans, now)
    found = [(plan, decision) for plan in plans for decision in plan.new]
    telling = await compose(tx, book, [*found, *((plan, decision) for plan, _, decision in afresh)], today)
    new = [_new(book, plan, decision, telling) for plan, decision in found]
    new += [NewMatch(plan.known.subject_id, each, MatchState.LATE) for plan in plans for each in _late(book, plan)]
    if new:
        await queries.insert_matches(tx, new, now)
    heard = [match for plan, match, decision in afresh if _name(plan, decision) not in telling.unheard]
    if heard:
        await queries.update_state(tx, heard, MatchState.TOLD, [None] * len(heard), now)
    if telling.due:
        await queries.insert_tellings(tx, [_telling(message_id, due) for message_id, due in telling.due])
    return telling, await queue(tx, telling.messages, now)


async def _reinstate(tx: Tx, plans: Sequence[Plan], now: datetime) -> list[tuple[Plan, Match, Decision]]:
    """Messages that were taken back hold again; returns what is told afresh, there being none to bring back."""
    again = [(plan, match, decision) for plan in plans for match, decision in plan.again]
    if not again:
        return []
    back = set()
    for told in await queries.list_tellings(tx, [match for _, match, _ in again]):
        if await reinstate(tx, told.recipient_id, told.rule, told.occasion, now):
            back.add((told.subject_id, told.rule, told.occasion))
    revived = [match for _, match, _ in again if (match.subject_id, match.rule, match.occasion) in back]
    if revived:
        await queries.update_state(tx, revived, MatchState.TOLD, [None] * len(revived), now)
    return [each for each in again if (each[1].subject_id, each[1].rule, each[1].occasion) not in back]


def _new(book: Rulebook, plan: Plan, decision: Decision, telling: Telling) -> NewMatch:
    heard = _name(plan, decision) not in telling.unheard
    return NewMatch(plan.known.subject_id, decision, state_of(book.rules[decision.rule], heard=heard))


def _name(plan: Plan, decision: Decision) -> tuple[UUID, str, str]:
    return plan.known.subject_id, decision.rule, decision.occasion


def _late(book: Rulebook, plan: Plan) -> Iterable[Decision]:
    """Kept as a record where an event is backfilled; a rung of a ladder that has passed is simply passed."""
    return (decision for decision in plan.late if not book.rules[decision.rule].swept)


def _telling(message_id: UUID, due: Due) -> tuple[UUID, str, str, UUID, UUID]:
    return due.subject_id, due.decision.rule, due.decision.occasion, due.addressee.recipient_id, message_id


async def _agents(
    conn: Queryable, book: Rulebook, told: Sequence[tuple[Plan, Decision]], today: date
) -> dict[UUID, list[tuple[UUID, str]]]:
    """Who acts for those about whom others are told."""
    asked = {
        plan.known.subject_id
        for plan, decision in told
        if not plan.known.is_person or book.rules[decision.rule].audience is Audience.GUARDIAN
    }
    found: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    if asked:
        for subject_id, agent_id, role in await queries.list_agents(conn, sorted(asked), today):
            found[subject_id].append((agent_id, role))
    return found


def _addressees(book: Rulebook, plan: Plan, decision: Decision, agents: Sequence[tuple[UUID, str]]) -> list[Addressee]:
    of_guardians = book.rules[decision.rule].audience is Audience.GUARDIAN
    if plan.known.is_person and not of_guardians:
        return [Addressee(plan.known.subject_id)]
    readers = {agent for agent, role in agents if (role == _GUARDIAN) is of_guardians}
    return [Addressee(reader, on_behalf=True) for reader in sorted(readers)]


async def _groups(conn: Queryable, due: Sequence[Due]) -> dict[UUID, list[Due]]:
    """What goes into one message, by the id that the message will have.

    Personal reminders of a sweep go together, except what was stopped: a stopped rule keeps a message of its own,
    which stays in the inbox unannounced; who stopped digests gets none.
    """
    together: dict[UUID, list[Due]] = defaultdict(list)
    groups: dict[UUID, list[Due]] = {}
    readers = sorted({each.addressee.recipient_id for each in due})
    stopped = await list_stopped_rules(conn, readers) if readers else {}
    for each in due:
        stops = stopped.get(each.addressee.recipient_id, set())
        joins = each.rule.swept and each.rule.message_class is MessageClass.REMINDER
        if joins and DIGEST not in stops and each.rule.code not in stops:
            together[each.addressee.recipient_id].append(each)
        else:
            groups[uuid7()] = [each]
    return groups | {uuid7(): several for several in together.values()}
