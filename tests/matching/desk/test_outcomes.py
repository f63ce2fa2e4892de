"""What came of a rule is counted from what people did, and a rule on trial is set beside the live one."""

from datetime import timedelta

from backend.core.clock import local_date
from backend.core.ids import uuid7
from backend.matching.desk.catalogue import list_rules
from backend.matching.desk.outcomes import compare, count_stopped, list_glances, list_outcomes, peers
from notifications.preferences import stop_rule
from tests.matching.desk.office import LADDER, TODAY, Office


async def test_sent_read_done_and_stopped_are_counted(office: Office) -> None:
    unread, read, done, gone, stopped = residents = await office.drivers(5)
    await office.subscribe(residents)
    async with office.db.transaction() as tx:
        await stop_rule(tx, stopped, LADDER, office.clock.now())
    await office.sweep()
    later = office.clock.now() + timedelta(hours=1)
    await office.db.execute("UPDATE deliveries SET state = 'sent', finished_at = $1", later)
    await office.db.execute(
        "UPDATE messages SET read_at = $2 WHERE recipient_id = ANY($1::uuid[])", [read, done], later
    )
    await office.db.execute(
        "UPDATE messages SET gone_on = $2 WHERE recipient_id = ANY($1::uuid[])", [done, unread], [LADDER]
    )
    await office.db.execute(
        "UPDATE messages SET gone_on = $2 WHERE recipient_id = $1", read, ["of another part of a digest"]
    )
    await office.db.execute(
        "UPDATE matches SET state = 'settled', settled_at = $3, reason = $2 WHERE subject_id = $1",
        done, "done:renewed", later,
    )  # fmt: skip
    await office.db.execute(
        "UPDATE matches SET state = 'settled', settled_at = $3, reason = $2 WHERE subject_id = $1",
        gone, "holder_dead", later,
    )  # fmt: skip

    outcome = (await list_outcomes(office.db, office.redis, LADDER, office.clock.now()))[TODAY]

    assert (outcome.found, outcome.told, outcome.sent, outcome.read) == (5, 5, 4, 2)
    assert outcome.gone_on == 2
    assert (outcome.done, outcome.done_read, outcome.taken_back) == (1, 1, 1)
    assert await count_stopped(office.db, LADDER, office.clock.now()) == 1
    rules = await list_rules(office.db, office.city)
    assert await list_glances(office.db, office.redis, rules, office.clock.now()) == {LADDER: (5, 1)}


async def test_other_days_are_counted_under_their_own_date(office: Office) -> None:
    await office.drivers(2)
    await office.sweep()
    office.clock.at += timedelta(days=13)

    outcome = await list_outcomes(office.db, office.redis, LADDER, office.clock.now())

    assert len(outcome) == 14
    assert {day: each.found for day, each in outcome.items() if each.found} == {TODAY: 2}
    assert max(outcome) == local_date(office.clock.now())


async def test_a_trial_beside_the_live_rule_tells_who_is_told_more_and_less(office: Office) -> None:
    both, more, less = await office.drivers(3)
    for resident, rule in ((both, "new"), (both, "old"), (more, "new"), (less, "old")):
        await office.db.execute(
            """INSERT INTO matches (subject_id, rule, occasion, cause_id, anchor_on, due_on, evidence, state,
                                    matched_at)
               VALUES ($1, $2, 'o', $3, $4, $4, '[]', 'told', $5)""",
            resident, rule, str(resident), TODAY, office.clock.now(),
        )  # fmt: skip
    await office.db.execute(
        """INSERT INTO matches (subject_id, rule, occasion, cause_id, anchor_on, due_on, evidence, state, matched_at)
           VALUES ($1, 'new', 'long ago', $2, $3, $3, '[]', 'told', $4)""",
        uuid7(), "c", TODAY, office.clock.now() - timedelta(days=30),
    )  # fmt: skip

    [day] = await compare(office.db, "new", "old", office.clock.now())

    assert (day.day, day.both, day.only_this, day.only_other) == (TODAY, 1, 1, 1)


async def test_peers_are_live_rules_of_the_same_facts(office: Office) -> None:
    rules = await list_rules(office.db, office.city)
    births = [rule for rule in rules.values() if rule.applied and rule.applied.key == "birth.registered"]

    for rule in births:
        assert {each.code for each in peers(rule, rules)} == {
            each.code for each in births if each.state == "live" and each.code != rule.code
        }
