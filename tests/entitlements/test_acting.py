"""For an organisation and for a child: who may act today confirms, and it is paid to the right account."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from backend.citizens.models import Holder, Mandate, Role, SubjectKind
from backend.citizens.representation import record_mandate
from backend.citizens.service import find_or_create_subjects
from backend.city.models import Subject
from backend.city.rules import Anchor, Audience, MessageClass, Timing
from backend.core.identity_numbers import citizen_id_check
from backend.inbox.service import answer
from backend.matching.desk.catching_up import catch_up
from backend.matching.service import note_change
from notifications.models import Locale, Purpose
from tests.entitlements.conftest import EVENT, RULE, TODAY, Office, allowance
from tests.matching.people import rule, with_rules


async def names(office: Office, subject_id: UUID, agent_id: UUID, role: Role, *, until: date | None = None) -> None:
    """A department says who may act for whom."""
    async with office.db.transaction() as tx:
        await record_mandate(tx, mandate(subject_id, agent_id, role, office.now, until), office.now)
    await office.settle()


def mandate(subject_id: UUID, agent_id: UUID, role: Role, now: datetime, until: date | None = None) -> Mandate:
    return Mandate(
        subject_id=subject_id,
        word_id=uuid4(),
        agent_id=agent_id,
        role=role,
        source="department:market",
        valid_from=date(2026, 1, 1),
        valid_until=until,
        withdrawn=False,
        stated_at=now,
    )


async def child_of(office: Office) -> UUID:
    """Somebody of eight."""
    digits = "31010120180501001"
    holder = Holder(SubjectKind.PERSON, digits + citizen_id_check(digits), "林小满")
    async with office.db.transaction() as tx:
        return (await find_or_create_subjects(tx, office.keyring, [holder], office.now))[holder.number]


async def test_an_organisation_is_paid_to_its_own_account_by_who_may_act_for_it(office: Office) -> None:
    office.city = with_rules(office.city, allowance(subjects=(Subject.ENTERPRISE,)))
    office.hall = office.open()
    agent, stranger = await office.resident(1), await office.resident(2)
    holder = Holder(SubjectKind.ORGANISATION, "91310101MA1K4N7P07", "上海示例贸易有限公司")
    async with office.db.transaction() as tx:
        company = (await find_or_create_subjects(tx, office.keyring, [holder], office.now))[holder.number]
    await names(office, company, agent, Role.LEGAL_REPRESENTATIVE)
    report = await office.report(company)
    path = f"/entitlements/{RULE}/{report}"
    async with await office.hall.resident(agent) as browser, await office.hall.resident(stranger) as other:
        page = (await browser.get(path)).text
        refused = await office.confirm(other, path)
        await office.confirm(browser, path)
        await office.settle()
        await office.pay_out()
        await office.hear(1)
        statement = (await browser.get("/entitlements")).text

    assert "为 上海示例贸易有限公司" in page
    assert refused == 404
    assert await office.db.fetchval("SELECT subject_id FROM bank_cards") == company
    assert await office.db.fetchval("SELECT subject_id FROM payouts WHERE state = 'paid'") == company
    assert "上海示例贸易有限公司" in statement
    told = await office.db.fetchrow("SELECT recipient_id, on_behalf_of FROM messages WHERE rule = 'payout-paid'")
    assert told is not None
    assert tuple(told) == (agent, company)


async def test_two_guardians_get_it_once_to_the_card_of_who_confirms(office: Office) -> None:
    office.city = with_rules(office.city, allowance(audience=Audience.GUARDIAN))
    office.hall = office.open()
    mother, father, child = await office.resident(1), await office.resident(2), await child_of(office)
    await names(office, child, mother, Role.GUARDIAN)
    await names(office, child, father, Role.GUARDIAN)
    report = await office.report(child)
    path = f"/entitlements/{RULE}/{report}"
    async with await office.hall.resident(mother) as hers, await office.hall.resident(father) as his:
        assert await office.confirm(hers, path) == 303
        assert await office.confirm(his, path) == 303
        seen = (await his.get(path)).text
    async with await office.hall.resident(child) as own:
        assert (await own.get(path)).status_code == 404

    assert "正在发放" in seen
    assert len(await office.payouts()) == 1
    assert await office.db.fetchval("SELECT subject_id FROM payouts") == mother


async def test_who_may_act_no_longer_can_neither_see_nor_confirm(office: Office) -> None:
    office.city = with_rules(office.city, allowance(audience=Audience.GUARDIAN))
    office.hall = office.open()
    guardian, child = await office.resident(1), await child_of(office)
    await names(office, child, guardian, Role.GUARDIAN, until=TODAY)
    report = await office.report(child)
    path = f"/entitlements/{RULE}/{report}"
    async with await office.hall.resident(guardian) as browser:
        before = (await browser.get(path)).status_code
    office.clock.at = office.clock.at.replace(day=21)
    async with await office.hall.resident(guardian) as browser:
        after = [(await browser.get(path)).status_code, await office.confirm(browser, path)]

    assert before == 200
    assert after == [404, 404]
    assert await office.payouts() == []


async def test_what_was_taken_back_from_somebody_is_not_open_to_them(office: Office) -> None:
    """Who may act again sees it once it is given back, as the message itself."""
    office.city = with_rules(office.city, allowance(audience=Audience.GUARDIAN))
    office.hall = office.open()
    guardian, child = await office.resident(1), await child_of(office)
    await names(office, child, guardian, Role.GUARDIAN, until=TODAY)
    path = f"/entitlements/{RULE}/{await office.report(child)}"
    office.clock.at = office.clock.at.replace(day=22)
    async with office.db.transaction() as tx:
        await note_change(tx, [child], office.now)
    await office.settle()

    async with await office.hall.resident(guardian) as browser:
        async with office.db.transaction() as tx:
            await record_mandate(tx, mandate(child, guardian, Role.GUARDIAN, office.now), office.now)
        taken_back = [(await browser.get(path)).status_code, await office.confirm(browser, path)]
        await office.settle()
        given_back = (await browser.get(path)).status_code

    assert (taken_back, given_back) == ([404, 404], 200)


async def test_a_guardian_who_wants_no_offers_is_told_of_none_for_the_child_and_the_other_is(office: Office) -> None:
    office.city = with_rules(office.city, allowance(audience=Audience.GUARDIAN))
    office.hall = office.open()
    mother, father, child = await office.resident(1), await office.resident(2), await child_of(office)
    for guardian in (mother, father):
        await names(office, child, guardian, Role.GUARDIAN)
    await says(office, mother, given=False)
    path = f"/entitlements/{RULE}/{await office.report(child)}"
    async with await office.hall.resident(mother) as hers, await office.hall.resident(father) as his:
        pages = [(await each.get(path)).status_code for each in (hers, his)]
    refused = [await office.messages(each) for each in (mother, father)]

    await says(office, mother, given=True)

    assert pages == [404, 200]
    assert refused == [[], [(RULE, "active")]]
    assert [await office.messages(each) for each in (mother, father)] == [[(RULE, "active")]] * 2


async def test_what_a_guardian_was_told_for_a_child_is_taken_back_by_the_switch_and_given_back(office: Office) -> None:
    office.city = with_rules(office.city, allowance(audience=Audience.GUARDIAN))
    office.hall = office.open()
    mother, father, child = await office.resident(1), await office.resident(2), await child_of(office)
    for guardian in (mother, father):
        await names(office, child, guardian, Role.GUARDIAN)
    report = await office.report(child)

    await says(office, mother, given=False)
    taken_back = [await office.messages(each) for each in (mother, father)]
    await office.report(child, report, withdrawn=True)
    await office.report(child, report)
    still = await office.messages(mother)
    await says(office, mother, given=True)

    assert taken_back == [[(RULE, "withdrawn")], [(RULE, "active")]]
    assert still == [(RULE, "withdrawn")], "and stays so when the offer itself goes and comes again"
    assert [await office.messages(each) for each in (mother, father)] == [[(RULE, "active")]] * 2


async def test_another_rule_that_catches_up_gives_back_no_offer_that_was_refused(office: Office) -> None:
    """A rule that comes into use looks at the same child, and knows of no offer but by the whole rulebook."""
    reminder = rule(
        "some-reminder",
        Timing(anchor=Anchor.EVENT),
        name=allowance().name,
        event_type=EVENT,
        message_class=MessageClass.REMINDER,
        audience=Audience.GUARDIAN,
    )
    office.city = with_rules(office.city, allowance(audience=Audience.GUARDIAN), reminder)
    mother, father, child = await office.resident(1), await office.resident(2), await child_of(office)
    for guardian in (mother, father):
        await names(office, child, guardian, Role.GUARDIAN)
    await office.report(child)
    await says(office, mother, given=False)
    before = [await office.messages(each) for each in (mother, father)]

    await office.db.execute("INSERT INTO rule_catch_ups (rule, asked_at) VALUES ($1, $2)", reminder.code, office.now)
    while await catch_up(office.db, office.redis, office.city, office.clock):
        pass

    assert (RULE, "withdrawn") in before[0]
    assert [await office.messages(each) for each in (mother, father)] == before


async def test_a_department_that_only_feeds_is_named_as_it_was_registered(office: Office) -> None:
    office.city = with_rules(office.city, allowance(), departments={})
    office.hall = office.open()
    await office.db.execute("INSERT INTO departments VALUES ('civil-affairs', '演示：民政', $1)", office.now)
    reader, _, path = await office.offer()
    why = await office.db.fetchval("SELECT zh::text FROM messages WHERE recipient_id = $1", reader)
    async with await office.hall.resident(reader) as browser:
        page = (await browser.get(path)).text

    for said in (why, page):
        assert "演示：民政" in said
        assert "civil-affairs" not in said


async def says(office: Office, reader_id: UUID, *, given: bool) -> None:
    """Whether what is known may be used for offers, on the screen; then all that follows."""
    office.clock.at += timedelta(seconds=1)
    await answer(office.db, reader_id, Purpose.FEATURES, given=given, version=1, locale=Locale.ZH, now=office.now)
    await office.settle()
