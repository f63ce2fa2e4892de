"""What a reminder says holds on the day it is said, for every licence type of the pack and every rung."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from msgspec import structs

from backend.city.city import City
from backend.matching.wording.messages import message
from notifications.models import Kind, Message, Tab, Tone, Urgency
from tests.matching.due import due_licence, due_rule

AS_OF = date(2026, 11, 20)
SOMEBODY = UUID("018f0000-0000-7000-8000-000000000001")


def about(city: City, licence_type: str, days: int) -> Message:
    return message(SOMEBODY, [due_licence(SOMEBODY, city, licence_type, AS_OF, days)], AS_OF, city)


def test_the_date_is_said_and_nothing_that_is_wrong_tomorrow(city: City) -> None:
    message = about(city, "driving-licence", 30)

    assert "将于 12 月 20 日到期" in message.zh.body
    assert message.en is not None
    assert "expires on 20 December" in message.en.body
    assert "30" not in message.zh.body + message.en.body
    assert message.link == f"/services/{city.licence_type('driving-licence').renewing_item}"


def test_the_time_to_renew_is_a_sentence(city: City) -> None:
    body = about(city, "food-business-licence", 90).zh.body

    assert body.endswith("到期。办理时间：有效期届满前九十个工作日至十五个工作日。")


def test_the_reason_names_the_fact_the_rule_and_the_law(city: City) -> None:
    why = about(city, "driving-licence", 30).zh.why

    assert why is not None
    assert "2026-12-20" in why.based_on
    assert "90、60、30、15、7、1" in why.rule
    assert why.next == "未办则 12 月 5 日、12 月 13 日再提醒；办好即停"


@pytest.mark.parametrize(
    ("registered", "named"), [({"some-feeder": "演示：公安"}, "来源：演示：公安"), ({}, "来源：报送部门")]
)
def test_a_department_that_is_in_no_pack_is_named_as_registered_and_never_by_its_id(
    city: City, registered: dict[str, str], named: str
) -> None:
    due = due_licence(SOMEBODY, city, "driving-licence", AS_OF, 30)
    cause = structs.replace(due.decision.cause, source="some-feeder")
    due = structs.replace(due, decision=structs.replace(due.decision, cause=cause))
    why = message(SOMEBODY, [due], AS_OF, structs.replace(city, registered=registered)).zh.why

    assert why is not None
    said = " ".join(filter(None, (why.based_on, why.source, why.rule)))
    assert named.removeprefix("来源：") in said
    assert "some-feeder" not in said


def test_the_pack_names_a_department_before_its_registration_does(city: City) -> None:
    code, department = next(iter(city.departments.items()))

    assert structs.replace(city, registered={code: "别的名字"}).department_name(code) == department.name


def test_the_last_day_is_urgent_and_the_day_after_is_overdue(city: City) -> None:
    assert about(city, "driving-licence", 1).urgency is Urgency.HIGH
    overdue = about(city, "driving-licence", -1)
    assert overdue.tone is Tone.BAD
    assert "已于 11 月 19 日过期" in overdue.zh.body


@pytest.mark.parametrize("days", [90, 1, -1])
def test_every_licence_type_can_be_spoken_of(city: City, days: int) -> None:
    for code, kind in city.licence_types.items():
        if days not in kind.reminder_rungs:
            continue
        message = about(city, code, days)
        assert message.useful_until.date() > AS_OF - timedelta(days=2)
        assert message.en is not None
        assert all((message.zh.title, message.zh.body, message.zh.action, message.en.title, message.en.action))
        assert "None" not in message.zh.body + message.en.body


def test_what_may_be_done_on_any_day_has_no_last_one(city: City) -> None:
    may_apply = due_rule(SOMEBODY, city, "residence-permit-after-half-a-year", AS_OF, happened_on=date(2026, 5, 20))
    later = AS_OF + timedelta(days=3)

    told = message(SOMEBODY, [may_apply], later, city)

    assert (told.due_on, told.tone, told.urgency) == (None, Tone.INFO, Urgency.NORMAL)


def test_a_digest_ends_on_the_first_day_on_which_any_of_it_does(city: City) -> None:
    may_apply = due_rule(SOMEBODY, city, "residence-permit-after-half-a-year", AS_OF, happened_on=date(2026, 5, 20))
    expires = due_licence(SOMEBODY, city, "driving-licence", AS_OF, 30)

    told = message(SOMEBODY, [expires, may_apply], AS_OF, city)

    assert told.due_on == AS_OF + timedelta(days=30)
    assert {item.due_on for item in told.zh.items} == {None, AS_OF + timedelta(days=30)}


def test_what_the_law_asks_without_a_last_day_is_among_what_is_to_be_done(city: City) -> None:
    points = due_rule(SOMEBODY, city, "driver-twelve-points", AS_OF, happened_on=AS_OF)

    told = message(SOMEBODY, [points], AS_OF, city)

    assert (told.kind, told.tab, told.due_on) == (Kind.STATUTORY, Tab.TODO, None)
