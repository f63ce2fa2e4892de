"""A rehearsal tells how many, whom and when, and tells nobody; it can be watched, cancelled, and is taken up again."""

from datetime import date, timedelta

import msgspec
import pytest
from msgspec.structs import replace

from backend.city.rules import MessageClass
from backend.inbox.service import answer
from backend.matching.desk import rehearsing
from backend.matching.desk.charting import draw_against
from backend.matching.desk.errors import NotComputable, NotNow, RehearsalNotFound
from backend.matching.desk.models import Found
from backend.matching.desk.queries import rehearsals
from backend.matching.desk.rehearsing import ask, cancel, rehearse_next, see_cases
from backend.operators.errors import RoleMissing
from notifications.models import Locale, Purpose
from tests.matching.desk.office import DAY, LADDER, TODAY, Office
from tests.matching.town import hold, settle

PERMIT = "residence-permit-after-half-a-year"


async def found(office: Office) -> Found:
    return msgspec.json.decode(await office.db.fetchval("SELECT found::text FROM rule_rehearsals"), type=Found)


async def test_each_rung_that_is_to_come_counts_on_its_day(office: Office) -> None:
    await office.drivers(3, days=40)  # in 10 days 30 are left, in 25 days 15, in 33 days 7, in 39 days one, in 41 over

    await office.rehearse(LADDER)

    seen = await found(office)
    assert {(day - TODAY).days: number for day, number in seen.by_day.items()} == dict.fromkeys((10, 25, 33, 39, 41), 3)
    assert (seen.people, seen.already, seen.unheard, seen.is_complete) == (3, 0, 0, True)
    assert sum(seen.coming.values()) == 15
    assert await office.messages() == {}
    assert await office.db.fetchval("SELECT count(*) FROM matches") == 0


async def test_what_speaks_against_is_counted_by_reason(office: Office) -> None:
    residents = await office.drivers(4, days=31)
    await office.db.execute("UPDATE licences SET renewal_filed_on = $2 WHERE subject_id = $1", residents[0], TODAY)
    await office.db.execute("UPDATE subjects SET died_on = $2 WHERE subject_id = $1", residents[1], TODAY)

    await office.rehearse(LADDER)

    seen = await found(office)
    assert seen.people == 2
    assert seen.against == {"renewal_filed": 5, "holder_dead": 5}


async def test_what_was_told_before_is_not_told_again(office: Office) -> None:
    await office.drivers(2, days=31)
    office.clock.at += DAY
    await office.sweep(TODAY + DAY)
    office.clock.at -= DAY

    await office.rehearse(LADDER)

    seen = await found(office)
    assert seen.already == 2
    assert TODAY + DAY not in seen.by_day


async def test_a_rule_after_an_event_is_rehearsed_with_its_conditions(office: Office) -> None:
    one, done = await settle(office.db, 2)
    for resident in (one, done):
        await office.happened(resident, "residence.registered", date(2026, 6, 15))
    await hold(office.db, [done], "residence-permit", date(2027, 12, 1))

    await office.rehearse(PERMIT)

    seen = await found(office)
    assert seen.by_day == {date(2026, 12, 15): 1}
    assert seen.against == {"done:holds:residence-permit": 1}


@pytest.mark.parametrize(
    ("message_class", "told", "unwilling", "refusing"),
    [
        (MessageClass.RECOMMENDATION, 1, 1, 1),
        (MessageClass.ENTITLEMENT, 2, 0, 1),
        (MessageClass.REMINDER, 3, 0, 0),
    ],
)
async def test_who_would_not_hear_for_want_of_consent_is_counted(
    office: Office, message_class: MessageClass, told: int, unwilling: int, refusing: int
) -> None:
    """One has agreed, one has said nothing, one wants no offers."""
    agreed, silent, refuses = await settle(office.db, 3)
    now = office.clock.now()
    for resident, purpose, given in (
        (agreed, Purpose.RECOMMENDATIONS, True),
        (refuses, Purpose.RECOMMENDATIONS, True),
        (refuses, Purpose.FEATURES, False),
    ):
        await answer(office.db, resident, purpose, given=given, version=1, locale=Locale.ZH, now=now)
    for resident in (agreed, silent, refuses):
        await office.happened(resident, "residence.registered", date(2026, 6, 15))
    rule = replace(office.city.rules[PERMIT], message_class=message_class)
    office.city = replace(office.city, rules={**office.city.rules, PERMIT: rule})

    await office.rehearse(PERMIT)

    seen = await found(office)
    drawn = [name.zh for name in draw_against(seen, office.city).names]
    assert (seen.people, seen.unwilling, seen.against.get("refused", 0), seen.unheard) == (told, unwilling, refusing, 0)
    assert ("没有同意收这类消息" in drawn, "本人不愿用自己的信息做推荐" in drawn) == (bool(unwilling), bool(refusing))


async def test_a_draft_that_is_computable_is_rehearsed_and_one_in_words_is_not(office: Office) -> None:
    in_words = next(
        rule.code for rule in office.city.rules.values() if rule.timing.anchor == "event" and rule.event_type is None
    )

    with pytest.raises(NotComputable):
        await ask(office.db, office.city, office.ann, in_words, office.clock.now())


async def test_most_is_bounded_and_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsing, "AT_MOST", 10)
    monkeypatch.setattr(rehearsing, "_AT_ONCE", 5)
    await office.drivers(40, days=31)

    await office.rehearse(LADDER)

    seen = await found(office)
    assert not seen.is_complete
    assert seen.people < 40
    assert seen.coming[TODAY + DAY] == 40


async def test_one_at_a_time_and_it_can_be_cancelled(office: Office) -> None:
    await ask(office.db, office.city, office.ann, LADDER, office.clock.now())
    with pytest.raises(NotNow):
        await ask(office.db, office.city, office.bob, LADDER, office.clock.now())

    await cancel(office.db, office.bob, LADDER, office.clock.now())

    assert not await rehearse_next(office.db, office.city, office.clock)
    with pytest.raises(RehearsalNotFound):
        await cancel(office.db, office.bob, LADDER, office.clock.now())


async def test_cancelled_half_way_it_stops_at_the_next_batch(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsing, "_AT_ONCE", 5)
    await office.drivers(40, days=31)
    await ask(office.db, office.city, office.ann, LADDER, office.clock.now())
    look, looks = rehearsing._look, 0

    async def look_and_cancel(*args: object) -> None:
        nonlocal looks
        looks += 1
        await look(*args)  # type: ignore[arg-type]
        if looks == 2:
            await cancel(office.db, office.ann, LADDER, office.clock.now())

    monkeypatch.setattr(rehearsing, "_look", look_and_cancel)
    await rehearse_next(office.db, office.city, office.clock)

    assert looks == 2
    latest = await rehearsals.find_latest(office.db, LADDER)
    assert latest is not None
    assert (latest.state, latest.expected, latest.found) == ("cancelled", 200, None)


async def test_what_a_dead_worker_left_is_taken_up_and_given_up_at_last(office: Office) -> None:
    await ask(office.db, office.city, office.ann, LADDER, office.clock.now())
    for _ in range(3):
        assert await rehearsals.claim_rehearsal(office.db, office.clock.now(), office.clock.now() + DAY)
        assert not await rehearse_next(office.db, office.city, office.clock)  # somebody else is at it
        office.clock.at += DAY

    assert await rehearse_next(office.db, office.city, office.clock)

    assert await office.db.fetchval("SELECT state FROM rule_rehearsals") == "failed"


async def test_cases_are_few_logged_and_gone_after_a_day(office: Office) -> None:
    residents = await office.drivers(60, days=31)
    await office.db.execute(
        "UPDATE licences SET renewal_filed_on = $2 WHERE subject_id = ANY($1::uuid[])", residents[:30], TODAY
    )
    await office.rehearse(LADDER)
    rehearsal_id = await office.db.fetchval("SELECT rehearsal_id FROM rule_rehearsals")

    with pytest.raises(RoleMissing):
        await see_cases(office.db, office.wen, rehearsal_id, office.clock.now())
    _, cases = await see_cases(office.db, office.bob, rehearsal_id, office.clock.now())

    assert [finding.against for _, finding in cases] == [None] * 14 + ["renewal_filed"] * 6
    assert all(finding.evidence for _, finding in cases)
    act = await office.db.fetchrow(
        "SELECT operator_id, about, facts::text FROM operator_acts WHERE kind = 'rules.cases_seen'"
    )
    assert (act["operator_id"], act["about"]) == (office.bob.operator_id, LADDER)
    assert not any(str(resident) in act["facts"] for resident in residents)

    office.clock.at += timedelta(days=1)
    with pytest.raises(RehearsalNotFound):
        await see_cases(office.db, office.bob, rehearsal_id, office.clock.now())
    await rehearse_next(office.db, office.city, office.clock)
    assert await office.db.fetchval("SELECT count(*) FROM rehearsal_cases") == 0


async def test_the_days_are_counted_by_index(office: Office) -> None:
    await office.db.execute(
        """INSERT INTO licences (subject_id, licence_id, licence_type, department_id, source_id, key_id, number_enc,
                                 issued_on, valid_from, expires_on, declared_status, changed_at)
           SELECT s.subject_id, gen_random_uuid(), 'driving-licence', 'police', n::text, 'k', '', '2010-01-01',
                  '2010-01-01', date '2020-01-01' + n, 'valid', $2
           FROM generate_series(1, 5000) AS n CROSS JOIN (SELECT $1::uuid AS subject_id) AS s""",
        (await settle(office.db, 1))[0],
        office.clock.now(),
    )
    await office.db.execute("VACUUM ANALYZE licences")

    plan = await office.db.fetch(
        """EXPLAIN SELECT expires_on AS on, count(*) AS number FROM known_licences
           WHERE licence_type = $1 AND expires_on = ANY($2::date[]) GROUP BY expires_on""",
        "driving-licence",
        [TODAY, TODAY + DAY],
    )

    assert "Index" in "\n".join(row[0] for row in plan)
