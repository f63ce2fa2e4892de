"""Every rule that is in use speaks to somebody made up for it, and for a reason not to somebody else."""

import re

import pytest
from msgspec import Struct

from backend.city.city import City
from backend.city.models import Subject
from backend.city.pack import SHANGHAI, read_pack
from backend.city.rule_examples import Example, RuleExamples
from backend.city.rules import Rule, RuleState
from backend.city.service import city_of
from backend.matching.deciding import decide
from backend.matching.examples import examples_of, known, verdict
from backend.matching.models import Addressee
from backend.matching.rulebook import AppliedRule, Rulebook
from backend.matching.wording.explaining import reason_in_words, timing_in_words
from backend.matching.wording.messages import Due, message
from notifications.models import Message

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


class _Pack(Struct, frozen=True):
    city: City
    book: Rulebook


def _read() -> _Pack:
    city = city_of(read_pack(SHANGHAI), 1, {})
    return _Pack(city, Rulebook(city, {}))


PACK = _read()
IN_USE = sorted(PACK.book.rules)
OF_THE_PACK = [rule for rule in PACK.city.rules.values() if rule.state is not RuleState.DRAFT]


def found(code: str) -> tuple[AppliedRule, RuleExamples]:
    rule = PACK.book.rules[code]
    examples = examples_of(rule, PACK.city)
    assert examples is not None, f"nobody was made up for {code}"
    return rule, examples


def told(rule: AppliedRule, example: Example) -> Message:
    """The message that somebody gets whom the rule speaks to."""
    person = known(example)
    [decision] = [
        each
        for each in decide(PACK.book, person, example.as_of)
        if each.rule == rule.code and each.against is None and each.due_on == example.as_of
    ]
    due = Due(person.subject_id, rule, decision, Addressee(person.subject_id))
    return message(person.subject_id, [due], example.as_of, PACK.city)


@pytest.mark.parametrize("code", IN_USE)
def test_it_speaks_to_the_one_and_not_to_the_others_for_the_reason_given(code: str) -> None:
    rule, examples = found(code)

    assert verdict(PACK.book, rule, examples.speaks_to) is None
    assert examples.not_to
    assert [verdict(PACK.book, rule, each) for each in examples.not_to] == [each.because for each in examples.not_to]


@pytest.mark.parametrize("code", IN_USE)
def test_what_it_says_is_complete_in_both_languages(code: str) -> None:
    rule, examples = found(code)

    written = told(rule, examples.speaks_to)

    assert written.en is not None
    for words in (written.zh, written.en):
        for text in (words.title, words.body, words.action or "", words.stop_label or ""):
            assert text.strip()
            assert not re.search(r"[{}]|None", text), text
    english = (written.en.title, written.en.body, written.en.action, written.en.stop_label)
    assert not any(_CHINESE.search(text or "") for text in english)
    assert rule.rule is None or len(written.zh.title) <= 24
    assert written.useful_until.date() > examples.speaks_to.as_of


@pytest.mark.parametrize("code", IN_USE)
def test_it_is_explained_in_both_languages(code: str) -> None:
    rule, examples = found(code)

    said = [timing_in_words(rule, PACK.city)]
    said += [reason_in_words(each.because or "", PACK.city) for each in examples.not_to]

    for text in said:
        assert _CHINESE.search(text.zh)
        assert text.en
        assert not _CHINESE.search(text.en), text


def test_at_least_sixty_rules_are_live() -> None:
    assert sum(rule.state is RuleState.LIVE for rule in OF_THE_PACK) >= 60


def test_every_draft_says_why_it_is_one() -> None:
    drafts = [rule for rule in PACK.city.rules.values() if rule.state is RuleState.DRAFT]

    assert [rule.code for rule in drafts if not rule.note] == []


def test_a_message_leads_to_the_guide_of_what_is_to_be_done() -> None:
    def leads(rule: Rule) -> bool:
        applied, examples = found(rule.code)
        link = told(applied, examples.speaks_to).link
        return link == f"/services/{rule.target_item}" or link.startswith(("/entitlements/", "/bills/"))

    with_item = [rule for rule in OF_THE_PACK if rule.target_item and not rule.timing.ladder]

    assert [rule.code for rule in with_item if not leads(rule)] == []


def test_rules_about_children_speak_to_guardians() -> None:
    young = [rule for rule in OF_THE_PACK if rule.timing.age is not None and rule.timing.age < 14]

    assert {rule.audience for rule in young} == {"guardian"}
    assert all(rule.subjects == (Subject.PERSON,) for rule in young)


def test_no_entitlement_pays_an_amount_that_no_source_gives() -> None:
    entitlements = [rule for rule in OF_THE_PACK if rule.message_class == "entitlement"]

    assert len(entitlements) >= 3
    assert {rule.state for rule in entitlements} == {RuleState.SHADOW}
    assert {rule.amount_fen for rule in entitlements} == {None}
