"""One rule as operators see it: what it says, whom it would tell, what came of it, and who decided about it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from redis.asyncio import Redis

from backend.city.city import City
from backend.city.rules import MessageClass, RuleState
from backend.city.service import EntryVersion, list_entry_versions
from backend.core.clock import SHANGHAI
from backend.core.db import Database
from backend.matching.desk import wording
from backend.matching.desk.catalogue import list_rules
from backend.matching.desk.charting import (
    audience_figures,
    comparison,
    comparison_figures,
    draw_against,
    draw_coming,
    draw_days,
    draw_funnel,
)
from backend.matching.desk.errors import RuleNotFound
from backend.matching.desk.models import CatchUp, Change, DeskRule, Found, Proposal, Recall, Rehearsal
from backend.matching.desk.outcomes import compare, count_stopped, days_until, list_outcomes, peers
from backend.matching.desk.paths import RULES, cases_path, rule_path
from backend.matching.desk.queries import catch_ups, decisions, recalls, rehearsals
from backend.matching.desk.releasing import act_for, may_be_stopped, may_be_tried
from backend.matching.desk.showing import said_by
from backend.operators.models import OperatorSession, Role
from backend.operators.service import list_operators
from pwa.views.charts import Columns, Figure
from pwa.views.parts import FieldError, Segment, Text
from pwa.views.rules import Deed, Mark, Progress, RulePage, Step

_LISTED = 50
_SPANS = (30, 90)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What of a rule's page was asked for, and what was wrong with what was sent."""

    days: int = 90
    compared_with: str | None = None
    reason: str = ""
    errors: Sequence[FieldError] = ()


async def draw_rule(
    db: Database, redis: Redis, city: City, operator: OperatorSession, code: str, now: datetime, asked: Asked
) -> RulePage:
    """Raises RuleNotFound. Who may not change rules sees everything and is offered nothing."""
    rules = await list_rules(db, city)
    rule = rules.get(code)
    if rule is None:
        raise RuleNotFound
    may_act = Role.RULES in operator.roles
    latest, done = await rehearsals.find_latest(db, code), await rehearsals.find_latest_done(db, code)
    pending, recall = await decisions.find_pending(db, code), await recalls.find_recall(db, code)
    caught_up = await catch_ups.find_catch_up(db, code)
    versions = await list_entry_versions(db, rule.kind, rule.key)
    found = None if done is None or done.found is None else msgspec.json.decode(done.found, type=Found)
    outcome = await list_outcomes(db, redis, code, now)
    is_own = pending is not None and pending.proposed_by == operator.operator_id
    act = act_for(rule) if may_act and pending is None else None
    path = rule_path(code)
    peer, compared, compared_figures = await _compared(db, rule, rules, asked.compared_with, now)
    return RulePage(
        code=code,
        title=wording.titled(rule.name),
        path=path,
        back=RULES,
        marks=_marks(rule, versions, pending),
        sentence=wording.sentence(rule, city),
        notes=tuple(_notes(rule, recall, caught_up)),
        basis=wording.basis_of(rule),
        said=said_by(rule, city),
        can_rehearse=may_act and rule.applied is not None and (latest is None or not latest.is_open),
        progress=_progress(latest, may_act=may_act),
        rehearsed=None if done is None else _rehearsed(rule, done, found),
        spans=tuple(
            Segment(label=Text(f"{days} 天", f"{days} days"), path=f"{path}?days={days}", current=days == asked.days)
            for days in _SPANS
        ),
        audience=() if done is None or found is None else audience_figures(found, done),
        coming=None if done is None or found is None else draw_coming(found, done, asked.days),
        against=None if found is None else draw_against(found, city),
        cases_path=cases_path(done.rehearsal_id) if done is not None and may_act and _has_cases(done, now) else None,
        peers=tuple(
            Segment(label=wording.titled(each.name), path=f"{path}?with={each.code}", current=each.code == peer)
            for each in peers(rule, rules)
        ),
        compared=compared,
        compared_figures=compared_figures,
        outcome_rows=draw_funnel(outcome.values(), await count_stopped(db, code, now)),
        outcome_days=draw_days(outcome),
        stops=_stop_deed(path) if may_act and may_be_stopped(rule) else None,
        tries=_trial_deed(path) if may_act and may_be_tried(rule) else None,
        proposes=None if act is None else _proposal_deed(path, act, asked),
        decides=wording.APPROVALS[pending.act] if may_act and pending is not None and not is_own else None,
        withdraws=may_act and is_own,
        history=await _history(db, code),
        versions=_versions(versions),
    )


def _marks(rule: DeskRule, versions: Sequence[EntryVersion], pending: Proposal | None) -> tuple[Mark, ...]:
    marks = [wording.STATES[rule.state], Mark(label=wording.class_name(rule))]
    if versions:
        number = versions[-1].version
        marks.append(Mark(label=Text(f"第 {number} 版", f"Version {number}")))
    if pending is not None:
        marks.append(Mark(label=Text("等第二个人复核", "Waits for a second person"), tone="warn", icon="users"))
    return tuple(marks)


def _notes(rule: DeskRule, recall: Recall | None, caught_up: CatchUp | None) -> list[Text]:
    notes = []
    if rule.applied is None:
        notes.append(wording.DESCRIBED_ONLY)
    elif not rule.can_speak:
        notes.append(wording.NO_WORDING)
    if recall is not None and rule.state is RuleState.STOPPED:
        number = recall.taken_back
        going_on = Text(
            f"还没发出的正在撤回，已撤回 {number} 条。", f"Unsent messages are taken back: {number} so far."
        )
        over = Text(
            f"停用时撤回了还没发出的 {number} 条；已发出的保留。",
            f"{number} unsent messages were taken back; what was sent stays.",
        )
        notes.append(going_on if recall.done_at is None else over)
    if caught_up is not None and rule.state is RuleState.LIVE:
        number = caught_up.told
        going_on = Text(
            f"正在补告上线前找到的，已告诉 {number} 条。",
            f"What it found before is being told: {number} messages so far.",
        )
        over = Text(
            f"上线时补告了此前找到的 {number} 条；太晚的没有再提。",
            f"{number} messages were sent about what it had found before; what was too late was left.",
        )
        notes.append(going_on if caught_up.done_at is None else over)
    return notes


def _progress(latest: Rehearsal | None, *, may_act: bool) -> Progress | None:
    if latest is None or not latest.is_open:
        return None
    if latest.expected is None:
        line = Text("已排上队，马上开始", "It is about to begin")
    else:
        line = Text(
            f"正在预演：看了 {latest.looked_at:,} / {latest.expected:,}，不会发出任何消息",
            f"Going on: {latest.looked_at:,} of {latest.expected:,} looked at; nobody is told anything",
        )
    return Progress(looked_at=latest.looked_at, expected=latest.expected, line=line, can_cancel=may_act)


def _rehearsed(rule: DeskRule, done: Rehearsal, found: Found | None) -> Text:
    at = (done.finished_at or done.asked_at).astimezone(SHANGHAI)
    zh = f"预演于 {at:%m-%d %H:%M}，第 {done.version} 版，没有发出任何消息。"
    en = f"Rehearsed on {at:%m-%d %H:%M}, version {done.version}; nobody was told anything."
    if found is not None and not found.is_complete:
        zh += f"人数太多，只逐个看了前 {done.looked_at:,} 件；图上是到日子的人数。"
        en += f" Only the first {done.looked_at:,} were looked at one by one; the chart counts all who reach the day."
    if rule.message_class is not MessageClass.NOTICE:
        zh += wording.CAPS.zh
        en += f" {wording.CAPS.en}"
    return Text(zh, en)


def _has_cases(done: Rehearsal, now: datetime) -> bool:
    return done.finished_at is not None and now < done.finished_at + timedelta(days=1)


async def _compared(
    db: Database, rule: DeskRule, rules: Mapping[str, DeskRule], wanted: str | None, now: datetime
) -> tuple[str | None, Columns | None, tuple[Figure, ...]]:
    """A rule on trial beside a live one of the same facts; beside none, all that it found is new."""
    if rule.state is not RuleState.SHADOW:
        return None, None, ()
    alike = [each.code for each in peers(rule, rules)]
    peer = wanted if wanted in alike else next(iter(alike), None)
    found = await compare(db, rule.code, peer or "", now)
    return peer, comparison(found, days_until(now)), comparison_figures(found)


def _stop_deed(path: str) -> Deed:
    return Deed(
        path=f"{path}/stop",
        label=Text("立即停用", "Stop at once"),
        hint=Text(
            "马上生效，一个人就够。还没发出的会撤回，已发出的保留。",
            "Takes effect at once and needs nobody else. What was not sent is taken back; what was sent stays.",
        ),
    )


def _trial_deed(path: str) -> Deed:
    return Deed(
        path=f"{path}/trial",
        label=Text("试运行", "Try it out"),
        hint=Text("只找人、只计数，不告诉任何人。", "It finds and counts, and tells nobody."),
    )


def _proposal_deed(path: str, act: str, asked: Asked) -> Deed:
    return Deed(
        path=f"{path}/propose",
        label=wording.ACTS[act],
        hint=Text(
            "另一位规则岗同意后上线。此前找到的，现在还成立、也不太晚的，接着补告；更早的不再提。",
            "It is live when another keeper of the rules approves. What came due before is told then, as far as it "
            "still holds and is not too late; nobody is told of what is older.",
        ),
        reason=asked.reason,
        errors=tuple(asked.errors),
    )


async def _history(db: Database, code: str) -> tuple[Step, ...]:
    names: dict[UUID, str] = {each.operator_id: each.name for each in await list_operators(db)}
    steps = [_changed(each, names) for each in await decisions.list_changes(db, code, _LISTED)]
    for proposal in await decisions.list_proposals(db, code, _LISTED):
        steps += _proposed(proposal, names)
    return tuple(sorted(steps, key=lambda step: step.at, reverse=True)[:_LISTED])


def _changed(change: Change, names: Mapping[UUID, str]) -> Step:
    before, after = (wording.STATES[RuleState(each)].label for each in (change.state_before, change.state_after))
    second = None if change.approved_by is None else names.get(change.approved_by)
    return Step(
        what=Text(
            f"{before.zh} → {after.zh}（第 {change.version} 版）",
            f"{before.en} → {after.en} (version {change.version})",
        ),
        at=change.changed_at,
        who=names.get(change.changed_by),
        second=second,
        reason=change.reason or None,
    )


def _proposed(proposal: Proposal, names: Mapping[UUID, str]) -> list[Step]:
    """What became of it, where it did not change the state."""
    if proposal.decision == "approved":
        return []
    who = names.get(proposal.proposed_by)
    steps = [Step(what=wording.PROPOSED[proposal.act], at=proposal.proposed_at, who=who, reason=proposal.reason)]
    if proposal.decision is not None and proposal.decided_at is not None and proposal.decided_by is not None:
        decided_by = names.get(proposal.decided_by)
        steps.append(Step(what=wording.DECISIONS[proposal.decision], at=proposal.decided_at, who=decided_by))
    return steps


def _versions(versions: Sequence[EntryVersion]) -> tuple[Step, ...]:
    """The newest first."""
    before = [None, *(each.content for each in versions)]
    steps = []
    for each, earlier in zip(versions, before, strict=False):
        changed = wording.changed_in_words(earlier, each.content)
        steps.append(
            Step(
                what=Text(f"第 {each.version} 版：{changed.zh}", f"Version {each.version}: {changed.en}"),
                at=each.loaded_at,
            )
        )
    return tuple(reversed(steps))
