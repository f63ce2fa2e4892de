"""All rules at a glance: their states, and what they came to lately."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from redis.asyncio import Redis

from backend.city.city import City
from backend.city.rules import RuleState
from backend.city.service import list_current_versions
from backend.core.db import Database
from backend.matching.desk import wording
from backend.matching.desk.catalogue import LICENCE_TYPES, RULES, list_rules
from backend.matching.desk.models import DeskRule
from backend.matching.desk.outcomes import DAYS, list_glances
from backend.matching.desk.paths import RULES as LIST_PATH
from backend.matching.desk.paths import rule_path
from backend.matching.desk.queries import decisions
from pwa.views.charts import Figure, Health
from pwa.views.parts import Segment, Text
from pwa.views.rules import RuleLine, RulesList

_ORDER = (RuleState.LIVE, RuleState.SHADOW, RuleState.STOPPED, RuleState.DRAFT)
_ALL = Text("全部", "All")


async def draw_list(db: Database, redis: Redis, city: City, state: RuleState | None, now: datetime) -> RulesList:
    """`state`: of these alone."""
    rules = await list_rules(db, city)
    pending = await decisions.list_pending_rules(db)
    glances = await list_glances(db, redis, rules, now)
    versions = {kind: await list_current_versions(db, kind) for kind in (RULES, LICENCE_TYPES)}
    lines = {code: _line(rule, versions[rule.kind].get(rule.key), glances.get(code)) for code, rule in rules.items()}
    ordered = sorted(rules.values(), key=lambda rule: (_ORDER.index(rule.state), -glances.get(rule.code, (0, 0))[0]))
    return RulesList(
        figures=_figures(rules, len(pending)),
        filters=_filters(rules, state),
        rules=tuple(lines[rule.code] for rule in ordered if state in {None, rule.state}),
        pending=tuple(lines[code] for code in pending if code in lines),
    )


def _line(rule: DeskRule, version: int | None, glance: tuple[int, int] | None) -> RuleLine:
    mark, kind = wording.STATES[rule.state], wording.class_name(rule)
    number = version or 1
    return RuleLine(
        path=rule_path(rule.code),
        title=wording.titled(rule.name),
        line=Text(f"{mark.label.zh} · {kind.zh} · 第 {number} 版", f"{mark.label.en} · {kind.en} · version {number}"),
        icon=mark.icon,
        value=None if glance is None else _value(*glance),
    )


def _value(found: int, done: int) -> Text:
    return Text(f"{DAYS} 天找到 {found:,}，办好 {done:,}", f"{found:,} found, {done:,} done in {DAYS} days")


def _figures(rules: Mapping[str, DeskRule], pending: int) -> tuple[Figure, ...]:
    number = Counter(rule.state for rule in rules.values())
    waits = Text("等复核", "Wait for a second person")
    return (
        *(
            Figure(label=wording.STATES[state].label, value=Text(f"{number[state]}", f"{number[state]}"), health=None)
            for state in _ORDER
        ),
        Figure(label=waits, value=Text(f"{pending}", f"{pending}"), health=Health.WARN if pending else None),
    )


def _filters(rules: Mapping[str, DeskRule], chosen: RuleState | None) -> tuple[Segment, ...]:
    number = Counter(rule.state for rule in rules.values())
    return (
        Segment(label=_ALL, path=LIST_PATH, current=chosen is None, count=len(rules)),
        *(
            Segment(
                label=wording.STATES[state].label,
                path=f"{LIST_PATH}?state={state}",
                current=chosen is state,
                count=number[state],
            )
            for state in _ORDER
        ),
    )
