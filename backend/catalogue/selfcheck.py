"""The self-check of a guide: its questions one by one, each answer a link that can be kept and shared."""

from urllib.parse import urlencode

from msgspec import Struct

from backend.catalogue.indexing import item_url
from backend.catalogue.wording import maybe_shown, shown, together
from backend.city.city import City
from backend.city.items import Item
from backend.city.questions import Question, When, next_question, parse_path, path_of, referral_of
from pwa.views import guide as view
from pwa.views.parts import Action, Text

ANCHOR = "#self-check"


class Situation(Struct, frozen=True):
    """What was answered so far. `outdated`: the link does not, or no longer, lead through the questions."""

    chosen: When = ()
    outdated: bool = False


def situation_of(item: Item, path: str | None) -> Situation:
    chosen = parse_path(item.questions, path or "")
    return Situation(outdated=True) if chosen is None else Situation(chosen)


def self_check(city: City, item: Item, situation: Situation, version: int | None) -> view.SelfCheck | None:
    """None where the item has one situation only. `version`: the old one that is looked at."""
    if not item.questions and not situation.outdated:
        return None
    referral = referral_of(item.questions, situation.chosen)
    further = city.items.get(referral.item or "") if referral else None
    return view.SelfCheck(
        action=item_url(item.code) + ANCHOR,
        start_path=_path(item, (), version),
        answered=_answered(item, situation.chosen, version),
        asking=_asking(next_question(item.questions, situation.chosen), situation.chosen),
        outdated=situation.outdated,
        referral=view.Notice(tone=view.Tone.WARN, lead=shown(referral.reason)) if referral else None,
        referral_action=Action(label=shown(further.title), path=item_url(further.code)) if further else None,
        version=version,
    )


def only_if(item: Item, when: When, chosen: When) -> Text | None:
    """The answers that a part of the guide depends on, as far as they are not given yet."""
    labels = [
        shown(option.label)
        for question in item.questions
        if not any(option.code in chosen for option in question.options)
        for option in question.options
        if option.code in when
    ]
    return together(labels) if labels else None


def _asking(question: Question | None, chosen: When) -> view.Asking | None:
    if question is None:
        return None
    return view.Asking(
        question=shown(question.text),
        hint=maybe_shown(question.hint),
        options=tuple(
            view.Option(label=shown(option.label), value=path_of((*chosen, option.code))) for option in question.options
        ),
    )


def _answered(item: Item, chosen: When, version: int | None) -> tuple[view.Answered, ...]:
    answers = {option.code: (question, option) for question in item.questions for option in question.options}
    return tuple(
        view.Answered(
            question=shown(answers[code][0].text),
            answer=shown(answers[code][1].label),
            change_path=_path(item, chosen[:at], version),
        )
        for at, code in enumerate(chosen)
    )


def _path(item: Item, chosen: When, version: int | None) -> str:
    given = {"s": path_of(chosen), "version": version or ""}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{item_url(item.code)}{f'?{query}' if query else ''}{ANCHOR}"
