"""The message of a rule as residents read it: that of the example to whom it speaks."""

from uuid import UUID

from msgspec import structs

from backend.city.city import City
from backend.city.rules import RuleState
from backend.matching.deciding import decide
from backend.matching.desk.models import DeskRule
from backend.matching.examples import examples_of, known
from backend.matching.models import Addressee
from backend.matching.rulebook import AppliedRule, Rulebook
from backend.matching.wording.messages import Due, message
from notifications.models import Wording
from pwa.views.rules import Said

_ZH, _EN = "zh-CN", "en"
_EXAMPLE = UUID(int=2)


def said_by(rule: DeskRule, city: City) -> tuple[Said, ...]:
    """In Chinese and English; as it is written where nobody was made up for it; nothing where it has no words."""
    if rule.applied is None or not rule.can_speak:
        return ()
    return _of_example(rule.applied, city) or _as_written(rule)


def _of_example(applied: AppliedRule, city: City) -> tuple[Said, ...]:
    examples = examples_of(applied, city)
    if examples is None:
        return ()
    example = examples.speaks_to
    live = structs.replace(applied, state=RuleState.LIVE)
    somebody = known(example)
    found = [each for each in decide(Rulebook(city, {}, [live]), somebody, example.as_of) if each.against is None]
    if not found:
        return ()
    due = Due(somebody.subject_id, live, found[-1], Addressee(somebody.subject_id))
    told = message(_EXAMPLE, [due], example.as_of, city)
    return (_said(told.zh, _ZH), *([] if told.en is None else [_said(told.en, _EN)]))


def _as_written(rule: DeskRule) -> tuple[Said, ...]:
    written = None if rule.rule is None else rule.rule.wording
    if written is None:
        return ()
    parts = (written.title, written.body, written.action, written.reason)
    zh = Said(lang=_ZH, **dict(zip(("title", "body", "action", "why"), [part.zh for part in parts], strict=True)))
    english = [part.en or part.zh for part in parts]
    return zh, Said(lang=_EN, **dict(zip(("title", "body", "action", "why"), english, strict=True)))


def _said(wording: Wording, lang: str) -> Said:
    why = "" if wording.why is None else wording.why.rule
    return Said(lang=lang, title=wording.title, body=wording.body, action=wording.action, why=why)
