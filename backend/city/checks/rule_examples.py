"""People made up for a rule: there, and each with a reason where the rule does not speak to them."""

from collections.abc import Iterator

from backend.city.checks.known import Known
from backend.city.rule_examples import RuleExamples
from backend.city.rules import Rule, RuleState


def check_rule_examples(examples: RuleExamples, known: Known) -> Iterator[str]:
    if examples.speaks_to.because is not None:
        yield "speaks_to: whom the rule speaks to has no reason against it"
    if not examples.not_to:
        yield "not_to: there is nobody whom it does not speak to"
    yield from ("not_to: says of somebody not why" for each in examples.not_to if each.because is None)
    rule = known.find(Rule, "rules", examples.code)
    if rule is not None and rule.state is RuleState.DRAFT:
        yield f"code: {rule.code} is a draft and speaks to nobody"
    if rule is not None and rule.timing.ladder:
        yield f"code: {rule.code} is a ladder, which has examples of its own"
