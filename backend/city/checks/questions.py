"""Consistency of the questions of an item: each leads somewhere, and every way through them ends with a list."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from backend.city.items import Item
from backend.city.questions import Question, When, is_met, path_of, referral_of
from backend.city.situations import situations

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MOST_PATHS = 200


def check_questions(item: Item) -> Iterator[str]:
    faults = [*_codes(item.questions), *_order(item.questions), *_references(item)]
    yield from faults
    if faults or not item.questions:
        return
    found = situations(item)
    yield from _unreachable(item.questions, list(found))
    if len(found) > _MOST_PATHS:
        yield f"questions: there are {len(found)} ways through them, more than anyone can check"
    if item.materials:
        for chosen, guide in found.items():
            if not guide.materials and referral_of(item.questions, chosen) is None:
                yield f"questions: {path_of(chosen)}: no material is left"
    yield from _unused(item, [chosen for chosen in found if referral_of(item.questions, chosen) is None])


def _codes(questions: Sequence[Question]) -> Iterator[str]:
    codes = [question.code for question in questions]
    options = [option.code for question in questions for option in question.options]
    for code, number in (Counter(codes) + Counter(options)).items():
        if not _CODE.fullmatch(code):
            yield f"questions: {code}: codes are small letters and digits joined by -"
        if max(codes.count(code), options.count(code)) > 1:
            yield f"questions: {code}: is there {number} times"
    for question in questions:
        if len(question.options) < 2:
            yield f"questions: {question.code}: has no two options to choose from"


def _order(questions: Sequence[Question]) -> Iterator[str]:
    before: set[str] = set()
    for question in questions:
        for code in question.when:
            if code not in before:
                yield f"questions: {question.code}: no earlier question has the option {code}"
        before |= {option.code for option in question.options}


def _references(item: Item) -> Iterator[str]:
    options = {option.code for question in item.questions for option in question.options}
    for field, when in _whens(item):
        yield from (f"{field}: there is no option {code}" for code in when if code not in options)


def _whens(item: Item) -> Iterator[tuple[str, When]]:
    yield from ((f"conditions: {part.zh}", part.when) for part in item.conditions)
    yield from ((f"materials: {part.name.zh}", part.when) for part in item.materials)
    yield from ((f"steps: {part.title.zh}", part.when) for part in item.steps)
    yield from ((f"fees_when: {fee}", when) for fee, when in item.fees_when.items())


def _unreachable(questions: Sequence[Question], paths: Sequence[When]) -> Iterator[str]:
    reached = {code for chosen in paths for code in chosen}
    for question in questions:
        for option in question.options:
            if option.code not in reached:
                yield f"questions: {question.code}: no answers lead to {option.code}"


def _unused(item: Item, paths: Sequence[When]) -> Iterator[str]:
    for field, when in _whens(item):
        if not any(is_met(when, item.questions, chosen) for chosen in paths):
            yield f"{field}: no situation needs it"
