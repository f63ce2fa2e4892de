"""Four eyes: no rule goes live by one person, one person is enough to stop it, and who did what is kept."""

import asyncio

import pytest
from asyncpg import CheckViolationError, UniqueViolationError

from backend.core.ids import uuid7
from backend.matching.desk.errors import (
    NotComputable,
    NothingProposed,
    NotNow,
    ProposalOutdated,
    ReasonMissing,
    RuleNotFound,
    SecondPersonNeeded,
)
from backend.matching.desk.releasing import begin_trial, decline
from backend.operators.errors import RoleMissing
from tests.matching.desk.office import LADDER, WHY, Office


@pytest.fixture
def shadow(office: Office) -> str:
    """A rule that the pack has on trial."""
    return next(rule.code for rule in office.city.rules.values() if rule.state == "shadow" and rule.wording)


@pytest.fixture
def draft(office: Office) -> str:
    return next(rule.code for rule in office.city.rules.values() if rule.state == "draft" and not rule.wording)


async def test_one_proposes_and_another_one_approves(office: Office, shadow: str) -> None:
    await office.propose(shadow)
    assert await office.state(shadow) is None
    await office.approve(shadow)

    assert await office.state(shadow) == "live"
    row = await office.db.fetchrow(
        "SELECT state_before, state_after, changed_by, approved_by, reason FROM rule_changes"
    )
    assert tuple(row) == ("shadow", "live", office.ann.operator_id, office.bob.operator_id, WHY)
    acts = await office.db.fetch("SELECT kind, operator_id FROM operator_acts ORDER BY act_id")
    assert [tuple(act) for act in acts] == [
        ("rules.go_live_proposed", office.ann.operator_id),
        ("rules.go_live_approved", office.bob.operator_id),
    ]


async def test_nobody_approves_what_they_proposed(office: Office, shadow: str) -> None:
    await office.propose(shadow)

    with pytest.raises(SecondPersonNeeded):
        await office.approve(shadow, office.ann)
    with pytest.raises(CheckViolationError):  # and the database would not have it either
        await office.db.execute(
            "UPDATE rule_proposals SET decision = 'approved', decided_by = proposed_by, decided_at = proposed_at"
        )

    assert await office.state(shadow) is None


@pytest.mark.parametrize("approver", ["nobody", "ann"])
async def test_the_database_lets_no_rule_live_by_one_person(office: Office, approver: str) -> None:
    by = office.ann.operator_id
    approved_by = by if approver == "ann" else None

    with pytest.raises(CheckViolationError):
        await office.db.execute(
            """INSERT INTO rule_states (rule, state, version, changed_by, approved_by, changed_at)
               VALUES ('r', 'live', 1, $1, $2, $3)""",
            by, approved_by, office.clock.now(),
        )  # fmt: skip
    with pytest.raises(CheckViolationError):
        await office.db.execute(
            "INSERT INTO rule_changes VALUES ($4, 'r', 'shadow', 'live', 1, '', $1, $2, $3)",
            by, approved_by, office.clock.now(), uuid7(),
        )  # fmt: skip


async def test_only_keepers_of_the_rules_change_them(office: Office, shadow: str) -> None:
    with pytest.raises(RoleMissing):
        await office.propose(shadow, office.wen)
    with pytest.raises(RoleMissing):
        await office.stop(LADDER, office.wen)
    with pytest.raises(RoleMissing):
        await begin_trial(office.db, office.city, office.wen, LADDER, "", office.clock.now())
    await office.propose(shadow)
    with pytest.raises(RoleMissing):
        await office.approve(shadow, office.wen)
    with pytest.raises(RoleMissing):
        await decline(office.db, office.wen, shadow, office.clock.now())


@pytest.mark.parametrize("reason", ["", "  好 ", "x" * 501, "一行\n两行字"])
async def test_a_proposal_has_its_reason(office: Office, shadow: str, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        await office.propose(shadow, reason=reason)


async def test_two_approvals_at_once_are_one(office: Office, shadow: str) -> None:
    cai = await office.hire("蔡采", "rules")
    await office.propose(shadow)

    results = await asyncio.gather(
        *(office.approve(shadow, who) for who in (office.bob, cai, office.bob, cai)), return_exceptions=True
    )

    assert sorted(type(result).__name__ for result in results) == ["NoneType", *["NothingProposed"] * 3]
    assert await office.db.fetchval("SELECT count(*) FROM rule_changes") == 1


async def test_two_proposals_at_once_are_one(office: Office, shadow: str) -> None:
    results = await asyncio.gather(
        *(office.propose(shadow, who) for who in (office.ann, office.bob)), return_exceptions=True
    )

    assert sorted(type(result).__name__ for result in results) == ["NoneType", "NotNow"]
    with pytest.raises(UniqueViolationError):
        await office.db.execute(
            """INSERT INTO rule_proposals (proposal_id, rule, act, version, reason, proposed_by, proposed_at)
               SELECT gen_random_uuid(), rule, act, version, reason, proposed_by, proposed_at FROM rule_proposals"""
        )


async def test_who_approves_while_somebody_stops_does_not_bring_it_back(office: Office, shadow: str) -> None:
    await office.propose(shadow)

    results = await asyncio.gather(office.approve(shadow), office.stop(shadow, office.ann), return_exceptions=True)

    assert await office.state(shadow) == "stopped"
    assert isinstance(results[0], NothingProposed | None)
    with pytest.raises(NothingProposed):
        await office.approve(shadow)


async def test_a_version_that_nobody_looked_at_is_not_approved(office: Office, shadow: str) -> None:
    await office.propose(shadow)
    await office.db.execute(
        """WITH old AS (UPDATE pack_entries SET superseded_at = $2 WHERE entry_key = $1 AND kind = 'rules'
                        RETURNING position, content, content_hash)
           INSERT INTO pack_entries SELECT 'rules', $1, 2, position, content, content_hash, $2 FROM old""",
        shadow,
        office.clock.now(),
    )

    with pytest.raises(ProposalOutdated):
        await office.approve(shadow)
    await decline(office.db, office.bob, shadow, office.clock.now())
    await office.resume(shadow)

    assert await office.state(shadow) == "live"
    assert await office.db.fetchval("SELECT version FROM rule_states") == 2


@pytest.mark.parametrize(("by_whom", "decision"), [("ann", "withdrawn"), ("bob", "rejected")])
async def test_a_proposal_is_withdrawn_or_rejected(office: Office, shadow: str, by_whom: str, decision: str) -> None:
    await office.propose(shadow)

    await decline(office.db, getattr(office, by_whom), shadow, office.clock.now())

    assert await office.db.fetchval("SELECT decision FROM rule_proposals") == decision
    with pytest.raises(NothingProposed):
        await office.approve(shadow)


async def test_what_is_only_described_can_neither_be_tried_nor_go_live(office: Office, draft: str) -> None:
    with pytest.raises(NotComputable):
        await office.propose(draft)
    with pytest.raises(NotComputable):
        await begin_trial(office.db, office.city, office.ann, draft, "", office.clock.now())


async def test_what_is_live_is_not_proposed_and_what_is_stopped_not_stopped(office: Office) -> None:
    with pytest.raises(NotNow):
        await office.propose(LADDER)
    await office.stop(LADDER)
    with pytest.raises(NotNow):
        await office.stop(LADDER)
    with pytest.raises(RuleNotFound):
        await office.stop("licence-expiry:nothing")


async def test_a_stopped_rule_may_be_tried_by_one_person(office: Office) -> None:
    await office.stop(LADDER)

    await begin_trial(office.db, office.city, office.ann, LADDER, "", office.clock.now())
    await office.drivers(2)
    await office.sweep()

    assert await office.messages() == {}
    assert await office.db.fetchval("SELECT count(*) FROM matches WHERE state = 'shadow'") == 2
