"""THE way out: what is planned for many people becomes matches and messages, in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct

from backend.city.rules import MessageClass, RuleState
from backend.core.db import Queryable, Tx
from backend.core.ids import uuid7
from backend.matching.agents import Agents, Name, agents_of, follow_agents
from backend.matching.consenting import refused, wishes_of
from backend.matching.models import Decision, Match, MatchState
from backend.matching.planning import Plan, state_of, was_kept_back
from backend.matching.queries import matches as queries
from backend.matching.queries.matches import NewMatch
from backend.matching.rulebook import Rulebook
from backend.matching.settling import settle
from backend.matching.wording.messages import DIGEST, Due, message, useful_until
from notifications.models import Message, Pointer
from notifications.preferences import list_stopped_rules
from notifications.service import queue, reinstate

Heard: TypeAlias = dict[Name, set[UUID]]


class Telling(Struct, frozen=True):
    """What one look leads to. `due` goes by the id of its message; `unheard` has nobody to be told."""

    messages: tuple[Message, ...]
    due: tuple[tuple[UUID, Due], ...]
    unheard: frozenset[Name]


async def compose(
    conn: Queryable,
    book: Rulebook,
    found: Sequence[tuple[Plan, Decision]],
    today: date,
    *,
    agents: Agents | None = None,
    heard: Heard | None = None,
) -> Telling:
    """The messages for what was found. What the daily sweep has to tell one reader of one subject goes together.

    `heard`: what was found before, and who has been told of it; others are told only while it is of use.
    """
    live = [(plan, decision) for plan, decision in found if book.rules[decision.rule].state is RuleState.LIVE]
    agents = agents or await agents_of(conn, [plan.known for plan, _ in live], today)
    addressed = [(_name(plan, decision), _due(book, plan, decision, agents, today)) for plan, decision in live]
    wishes = await wishes_of(
        conn, ((each.rule.message_class, each.addressee.recipient_id) for _, told in addressed for each in told)
    )
    due, unheard = [], set()
    for name, addressees in addressed:
        told = [each for each in addressees if wishes.welcome(each.rule.message_class, each.addressee.recipient_id)]
        if heard is not None and name in heard:
            told = [each for each in told if _is_news(each, heard[name], book, today)]
        due += told
        if not told:
            unheard.add(name)
    groups = await _groups(conn, due)
    return Telling(
        messages=tuple(message(message_id, several, today, book.city) for message_id, several in groups.items()),
        due=tuple((message_id, each) for message_id, several in groups.items() for each in several),
        unheard=frozenset(unheard),
    )


async def carry_out(
    tx: Tx, book: Rulebook, plans: Sequence[Plan], today: date, now: datetime, *, whole: Rulebook | None = None
) -> tuple[Telling, list[Pointer]]:
    """Matches, messages, and what is taken back: all of it or nothing. The subjects are locked by the caller.

    `whole`: every rule, where the plans were made by some of them; what others have told is looked at all the same.
    """
    await settle(tx, [each for plan in plans for each in plan.settle], now)
    agents = await agents_of(tx, [plan.known for plan in plans], today)
    heard = await follow_agents(tx, whole or book, [plan.known for plan in plans], agents, now)
    heard |= await _reinstate(tx, book, plans, agents, now)
    found = [(plan, decision) for plan in plans for decision in plan.new]
    before = [(plan, decision) for plan in plans for decision in _found_before(plan)]
    telling = await compose(tx, book, [*found, *before], today, agents=agents, heard=heard)
    new = [_new(book, plan, decision, telling) for plan, decision in found]
    new += [NewMatch(plan.known.subject_id, each, MatchState.LATE) for plan in plans for each in _late(book, plan)]
    if new:
        await queries.insert_matches(tx, new, now)
    again = [match for plan in plans for match, _ in plan.again]
    at_last = [match for match in again if _name_of(match) not in telling.unheard]
    if at_last:
        await queries.update_state(tx, at_last, MatchState.TOLD, [None] * len(at_last), now)
    still = [match for match in again if match.state == MatchState.SHADOW and _name_of(match) in telling.unheard]
    if still:
        await queries.update_state(tx, still, MatchState.UNHEARD, [None] * len(still), now)
    if telling.due:
        await queries.insert_tellings(tx, [_telling(message_id, due) for message_id, due in telling.due])
    return telling, await queue(tx, telling.messages, now)


async def _reinstate(tx: Tx, book: Rulebook, plans: Sequence[Plan], agents: Agents, now: datetime) -> Heard:
    """Messages that were taken back hold again. Returns who has them now, of each of these and of what
    was unheard or kept back."""
    again = [match for plan in plans for match, _ in plan.again]
    if not again:
        return {}
    silent = [match for match in again if match.state == MatchState.UNHEARD or was_kept_back(match)]
    heard = {_name_of(match): set[UUID]() for match in silent}
    back = []
    tellings = await queries.list_tellings(tx, again)
    unwanted = await refused(tx, book, ((told.rule, told.recipient_id) for told in tellings))
    for told in tellings:
        if not agents.may_read(told.subject_id, told.recipient_id) or (told.rule, told.recipient_id) in unwanted:
            continue
        if await reinstate(tx, told.recipient_id, told.rule, told.message_occasion, now):
            name = told.subject_id, told.rule, told.occasion
            heard.setdefault(name, set()).add(told.recipient_id)
            back.append((*name, told.recipient_id, told.message_id))
    revived = [match for match in again if heard.get(_name_of(match))]
    if revived:
        await queries.update_state(tx, revived, MatchState.TOLD, [None] * len(revived), now)
        await queries.insert_tellings(tx, back)
    return heard


def _found_before(plan: Plan) -> Iterable[Decision]:
    """What has to be told anew, or to others than before."""
    yield from (decision for _, decision in plan.again)
    if plan.known.is_represented:
        yield from plan.standing


def _due(book: Rulebook, plan: Plan, decision: Decision, agents: Agents, today: date) -> list[Due]:
    rule, subject_id = book.rules[decision.rule], plan.known.subject_id
    return [Due(subject_id, rule, decision, each) for each in agents.addressees(rule, plan.known, today)]


def _is_news(due: Due, heard: Set[UUID], book: Rulebook, today: date) -> bool:
    return due.addressee.recipient_id not in heard and useful_until(due, book.city) > today


def _new(book: Rulebook, plan: Plan, decision: Decision, telling: Telling) -> NewMatch:
    heard = _name(plan, decision) not in telling.unheard
    return NewMatch(plan.known.subject_id, decision, state_of(book.rules[decision.rule], heard=heard))


def _name(plan: Plan, decision: Decision) -> Name:
    return plan.known.subject_id, decision.rule, decision.occasion


def _name_of(match: Match) -> Name:
    return match.subject_id, match.rule, match.occasion


def _late(book: Rulebook, plan: Plan) -> Iterable[Decision]:
    """Kept as a record where an event is backfilled; a rung of a ladder that has passed is simply passed."""
    return (decision for decision in plan.late if not book.rules[decision.rule].swept)


def _telling(message_id: UUID, due: Due) -> tuple[UUID, str, str, UUID, UUID]:
    return due.subject_id, due.decision.rule, due.decision.occasion, due.addressee.recipient_id, message_id


async def _groups(conn: Queryable, due: Sequence[Due]) -> dict[UUID, list[Due]]:
    """What goes into one message, by the id that the message will have; a message is about one person or organisation.

    Personal reminders of a sweep go together, except what was stopped: a stopped rule keeps a message of its own,
    which stays in the inbox unannounced; who stopped digests gets none.
    """
    together: dict[tuple[UUID, UUID], list[Due]] = defaultdict(list)
    groups: dict[UUID, list[Due]] = {}
    readers = sorted({each.addressee.recipient_id for each in due})
    stopped = await list_stopped_rules(conn, readers) if readers else {}
    for each in due:
        stops = stopped.get(each.addressee.recipient_id, set())
        joins = each.rule.swept and each.rule.message_class is MessageClass.REMINDER
        if joins and DIGEST not in stops and each.rule.code not in stops:
            together[each.addressee.recipient_id, each.subject_id].append(each)
        else:
            groups[uuid7()] = [each]
    return groups | {uuid7(): several for several in together.values()}
