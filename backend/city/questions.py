"""The questions that tell one situation of an item (最小基本单元) from another."""

from collections.abc import Iterator, Sequence

from backend.city.models import Strict, Text

PATH_SEPARATOR = "."

When = tuple[str, ...]
"""Codes of options. Met when, of every question that has options among them, one of those was chosen. Empty: always."""


class Referral(Strict, frozen=True):
    """This guide is not the one: why, and the item to turn to, where there is one."""

    reason: Text
    item: str | None = None


class Option(Strict, frozen=True):
    """An answer. Codes are small letters and digits joined by `-`, unique in the item: links are made of them."""

    code: str
    label: Text
    referral: Referral | None = None  # choosing it ends the questions


class Question(Strict, frozen=True, kw_only=True):
    """Asked in the order of the file, where `when` is met by what was answered before."""

    code: str
    text: Text
    options: tuple[Option, ...]
    hint: Text | None = None
    when: When = ()


def is_met(when: When, questions: Sequence[Question], chosen: When) -> bool:
    """Whether a part of the guide belongs to the situation. A question still open leaves it in."""
    return all(_leaves_open(question, when, questions, chosen) for question in questions)


def next_question(questions: Sequence[Question], chosen: When) -> Question | None:
    """What to ask next; None when everything is known, or a referral was chosen."""
    if referral_of(questions, chosen) is not None:
        return None
    open_ones = (each for each in questions if _answer(each, chosen) is None)
    return next((each for each in open_ones if is_met(each.when, _before(each, questions), chosen)), None)


def referral_of(questions: Sequence[Question], chosen: When) -> Referral | None:
    """Where the answers lead away from this guide."""
    options = (option for question in questions for option in question.options)
    return next((option.referral for option in options if option.referral and option.code in chosen), None)


def parse_path(questions: Sequence[Question], path: str) -> When | None:
    """The options in the order of the questions; None where the path does not, or no longer, lead through them.

    Shape: option codes joined by dots, `lost.agent`. A path may stop early; the questions left are then open.
    """
    wanted = path.split(PATH_SEPARATOR) if path else []
    chosen: When = ()
    for code in wanted:
        question = next_question(questions, chosen)
        if question is None or code not in {option.code for option in question.options}:
            return None
        chosen = (*chosen, code)
    return chosen


def path_of(chosen: When) -> str:
    """The short string of a link, stable as long as the options keep their codes."""
    return PATH_SEPARATOR.join(chosen)


def complete_paths(questions: Sequence[Question], chosen: When = ()) -> Iterator[When]:
    """Every way through the questions to its end."""
    question = next_question(questions, chosen)
    if question is None:
        yield chosen
        return
    for option in question.options:
        yield from complete_paths(questions, (*chosen, option.code))


def _leaves_open(question: Question, when: When, questions: Sequence[Question], chosen: When) -> bool:
    wanted = [option.code for option in question.options if option.code in when]
    if not wanted:
        return True
    answer = _answer(question, chosen)
    return answer in wanted if answer is not None else is_met(question.when, _before(question, questions), chosen)


def _before(question: Question, questions: Sequence[Question]) -> Sequence[Question]:
    return questions[: questions.index(question)]


def _answer(question: Question, chosen: When) -> str | None:
    return next((option.code for option in question.options if option.code in chosen), None)
