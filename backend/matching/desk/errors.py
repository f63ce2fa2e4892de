"""Refusals of the rules desk."""

from backend.core.errors import Refusal


class RuleNotFound(Refusal):
    code = "rules.not_found"
    status = 404
    zh = "没有这条规则。它可能已从城市包里移走。"
    en = "There is no such rule; the pack may not have it any more."


class NotNow(Refusal):
    """The rule is in another state by now, or somebody has proposed something about it."""

    code = "rules.not_now"
    status = 409
    zh = "这条规则现在不能这样做（状态：{state}）。请刷新后再看。"
    en = "This cannot be done with the rule now (state: {state}). Load the page again."


class NotComputable(Refusal):
    code = "rules.not_computable"
    status = 409
    zh = "这条规则只写成了文字，还不能自动计算，不能{wanted_zh}。请先在城市包里补全。"
    en = "This rule is only described in words, so it cannot be {wanted_en}. Complete it in the pack first."


class ReasonMissing(Refusal):
    code = "rules.reason_missing"
    status = 422
    zh = "请写明理由（至少 4 个字，至多 500 个字）。"
    en = "Give the reason in 4 to 500 characters."


class SecondPersonNeeded(Refusal):
    code = "rules.second_person_needed"
    status = 403
    zh = "提出的人不能自己批准，请由另一位规则岗人员复核。"
    en = "Who proposes cannot approve: another keeper of the rules has to."


class NothingProposed(Refusal):
    code = "rules.nothing_proposed"
    status = 409
    zh = "这条规则没有待复核的提议，可能已经处理。请刷新后再看。"
    en = "Nothing waits for approval here; it may have been decided. Load the page again."


class ProposalOutdated(Refusal):
    code = "rules.proposal_outdated"
    status = 409
    zh = "规则在提出之后换了版本（{proposed} → {current}）。请撤下提议，看过新版再提。"
    en = "The rule has another version since this was proposed ({proposed} → {current}). Withdraw it and look again."


class RehearsalNotFound(Refusal):
    code = "rules.rehearsal_not_found"
    status = 404
    zh = "没有这次预演，或抽查的名单已过一天、已清除。请重新预演。"
    en = "There is no such rehearsal, or its cases were removed after a day. Rehearse again."
