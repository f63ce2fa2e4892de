"""Who is told on behalf of others, and what follows when that changes: who comes is told, who goes hears no more."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct

from backend.citizens.representation import list_agents_today
from backend.city.rules import Audience
from backend.core.db import Queryable, Tx
from backend.matching.conditions import age_on
from backend.matching.consenting import refused
from backend.matching.models import Addressee, Known, message_occasion
from backend.matching.queries import agents as queries
from backend.matching.queries.agents import ToldFor
from backend.matching.rulebook import AppliedRule, Rulebook
from backend.matching.wording.messages import DIGEST, digest_occasion
from notifications.service import reinstate, withdraw

Name: TypeAlias = tuple[UUID, str, str]
"""Subject, rule and occasion of a match."""

_GUARDIAN = "guardian"
_OF_AGE = 18


class Agents(Struct, frozen=True):
    """Who may act today for each of some subjects, and as what."""

    roles: Mapping[UUID, Sequence[tuple[UUID, str]]]

    def addressees(self, rule: AppliedRule, known: Known, today: date) -> list[Addressee]:
        """Whom a rule speaks to: the person; for an organisation its agents; where it says so the guardians, too or
        alone, until the child is of age.
        """
        guardians_alone = rule.audience is Audience.GUARDIAN
        if not known.is_person:
            return self._acting(known, as_guardian=guardians_alone)
        own = [Addressee(known.subject_id)]
        if rule.audience is Audience.HOLDER or _is_of_age(known, today):
            return own
        guardians = self._acting(known, as_guardian=True)
        return guardians if guardians_alone else own + guardians

    def _acting(self, known: Known, *, as_guardian: bool) -> list[Addressee]:
        readers = {agent for agent, role in self.roles.get(known.subject_id, ()) if (role == _GUARDIAN) is as_guardian}
        return [Addressee(reader, on_behalf=True) for reader in sorted(readers)]

    def may_read(self, subject_id: UUID, recipient_id: UUID) -> bool:
        """Whether something about the one is for the eyes of the other today."""
        return recipient_id == subject_id or any(agent == recipient_id for agent, _ in self.roles.get(subject_id, ()))


async def agents_of(conn: Queryable, people: Iterable[Known], today: date) -> Agents:
    """Nobody asks about those of whom no source has ever named an agent; the dead act for nobody."""
    asked = sorted({known.subject_id for known in people if known.is_represented})
    roles: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    for subject_id, agent, role in await list_agents_today(conn, asked, today):
        roles[subject_id].append((agent, role))
    return Agents(roles)


async def follow_agents(
    tx: Tx, book: Rulebook, people: Iterable[Known], agents: Agents, now: datetime
) -> dict[Name, set[UUID]]:
    """Takes back what was told to those who may act no more or want no such thing, gives it back to those of whom that
    is over, and returns who has been told of what stands.
    """
    asked = sorted({known.subject_id for known in people if known.is_represented})
    told = await queries.list_told_for(tx, asked) if asked else []
    heard: dict[Name, set[UUID]] = defaultdict(set)
    unwanted = await refused(tx, book, ((each.rule, each.recipient_id) for each in told))
    former, returned = [], []
    for each in told:
        if not agents.may_read(each.subject_id, each.recipient_id) or (each.rule, each.recipient_id) in unwanted:
            former += [] if each.ended else [each]
        elif not each.ended:
            heard[_name(each)].add(each.recipient_id)
        elif await reinstate(tx, each.recipient_id, each.rule, _occasion(each), now):
            returned.append(each)
            heard[_name(each)].add(each.recipient_id)
    await _take_back(tx, former, now)
    if returned:
        await queries.update_tellings_ended(tx, returned, None)
    return heard


async def _take_back(tx: Tx, former: Sequence[ToldFor], now: datetime) -> None:
    """A message on behalf of somebody speaks of nobody else, so that a digest goes as a whole."""
    for each in former:
        occasion = _occasion(each)
        if not await withdraw(tx, each.recipient_id, each.rule, now, occasions=[occasion]):
            await withdraw(tx, each.recipient_id, DIGEST, now, occasions=[digest_occasion(each.message_id)])
    if former:
        await queries.update_tellings_ended(tx, former, now)


def _is_of_age(known: Known, today: date) -> bool:
    return known.born_on is not None and age_on(known.born_on, today) >= _OF_AGE


def _name(told: ToldFor) -> Name:
    return told.subject_id, told.rule, told.occasion


def _occasion(told: ToldFor) -> str:
    return message_occasion(told.occasion, told.subject_id, told.recipient_id)
