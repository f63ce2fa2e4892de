"""A rule that can be applied, as plain data to be spoiled, in a pack where all that it names exists."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend.city.check import check_pack
from tests.city.small_pack import RULES, Files, Spoil, put, small_pack, text, within, written

EXAMPLES = "rule_examples.yaml"
BOTH = text("文字", "Words")
AGE_60 = {"age_from": 60}


def live(code: str = "moved", **fields: Any) -> dict[str, Any]:
    """A rule that can be applied."""
    return {
        "code": code,
        "name": text("提醒", "Reminder"),
        "mode": "push",
        "mode_basis": "platform",
        "subjects": ["person"],
        "region": "000000",
        "trigger": "迁居",
        "condition": "已迁居",
        "timing": {"anchor": "event", "offset": 6, "unit": "month"},
        "event_type": "person.moved",
        "state": "live",
        "message_class": "reminder",
        "requires": [{"fact": "kind", "one_of": ["rent"]}],
        "unless": [{"event": "person.died"}],
        "done_when": [{"holds": "driving-licence"}],
        "target_item": "CN-renewal",
        "legal_basis": [{"law": "某法", "article": "第一条"}],
        "wording": {
            "title": text("{due} 起可以办理", "From {due} on"),
            "body": text("您于 {on} 迁居。", "You moved on {on}."),
            "action": BOTH,
            "reason": BOTH,
        },
        "sources": ["law"],
    } | fields


def pack_of(*rules: dict[str, Any]) -> Files:
    files = small_pack()
    files["licence_types.yaml"][0]["name"] = text("机动车驾驶证", "Driving licence")
    kind = {"name": "kind", "kind": "choice", "about": text("居住方式"), "options": ["own", "rent"]}
    moved = {"name": "moved_on", "kind": "date", "about": text("日期")}
    for code in ("person.moved", "person.returned"):
        event = {"code": code, "name": text("迁居"), "about": text("迁居"), "subjects": ["person"]}
        files["events.yaml"].append(event | {"facts": [moved, kind], "sources": ["law"]})
    files[RULES] += rules
    return files


def faults(directory: Path, *rules: dict[str, Any], spoil: Callable[[Files], object] | None = None) -> dict[str, str]:
    """Messages by entry of the file of rules."""
    files = pack_of(*rules)
    if spoil is not None:
        spoil(files)
    found: dict[str, str] = {}
    for fault in check_pack(written(files, directory)):
        assert fault.file in {RULES, EXAMPLES}, fault
        found[fault.entry] = f"{found.get(fault.entry, '')}\n{fault.message}".strip()
    return found


def spoiled(directory: Path, spoil: Spoil) -> str:
    rule = live()
    spoil(rule)
    return faults(directory, rule).get(rule["code"], "")


def conditions(field: str, *given: dict[str, Any]) -> Spoil:
    return put(**{field: list(given)})


def anchored(anchor: str, **fields: Any) -> Spoil:
    """Anchored otherwise, with nothing left of the event."""

    def spoil(rule: dict[str, Any]) -> None:
        for field in ("event_type", "requires", "unless", "done_when"):
            del rule[field]
        timing = fields.pop("timing", {})
        rule.update(timing={"anchor": anchor} | timing, **fields)

    return spoil


def said(field: str, zh: str, en: str | None = None) -> Spoil:
    return within("wording", **{field: text(zh, en)})
