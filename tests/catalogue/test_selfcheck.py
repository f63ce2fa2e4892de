"""The self-check as links: one question at a time, each answer kept in the address, also of an old version."""

from backend.catalogue.selfcheck import Situation, only_if, self_check, situation_of
from tests.catalogue.samples import Sample, item
from tests.guides.samples import CODE, RICH

CITY = Sample([RICH]).city()


def test_an_item_with_one_situation_asks_nothing() -> None:
    plain = item("plain", "事项")

    assert self_check(CITY, plain, situation_of(plain, None), None) is None


def test_each_option_carries_the_whole_path() -> None:
    check = self_check(CITY, RICH, situation_of(RICH, "damaged.agent"), None)

    assert check is not None
    assert check.asking is not None
    assert [option.value for option in check.asking.options] == ["damaged.agent.adult", "damaged.agent.minor"]
    assert [answered.answer.zh for answered in check.answered] == ["坏了", "代办"]


def test_an_old_version_keeps_its_number_on_every_way() -> None:
    check = self_check(CITY, RICH, situation_of(RICH, "damaged.self"), 3)

    assert check is not None
    assert check.version == 3
    assert check.start_path == f"/services/{CODE}?version=3#self-check"
    assert check.answered[1].change_path == f"/services/{CODE}?s=damaged&version=3#self-check"


def test_at_the_end_nothing_is_asked() -> None:
    check = self_check(CITY, RICH, situation_of(RICH, "expiring.self"), None)

    assert check is not None
    assert (check.asking, check.referral) == (None, None)


def test_a_referral_to_an_item_that_is_gone_leads_nowhere() -> None:
    check = self_check(CITY, RICH, situation_of(RICH, "lost"), None)

    assert check is not None
    assert check.referral is not None
    assert check.referral_action is None


def test_a_path_that_leads_nowhere_is_told_from_none() -> None:
    assert situation_of(RICH, None) == situation_of(RICH, "") == Situation()
    assert situation_of(RICH, "damaged.nobody") == Situation(outdated=True)


def test_what_depends_names_only_the_answers_that_are_open() -> None:
    open_ones = only_if(RICH, ("damaged", "agent"), ("damaged",))

    assert open_ones is not None
    assert (open_ones.zh, open_ones.en) == ("代办", "An agent")
    assert only_if(RICH, ("damaged",), ("damaged",)) is None
