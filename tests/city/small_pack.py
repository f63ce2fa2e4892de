"""The smallest pack without a fault, as plain data to be spoiled and written to a directory."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from backend.city.check import check_pack

Files = dict[str, Any]
Spoil = Callable[[Any], object]

ITEMS, TYPES, FEES, RULES = "items/transport.yaml", "licence_types.yaml", "fees.yaml", "rules.yaml"
RENEWAL, ONLINE, LICENCE = "CN-renewal", "312000218000-01", "driving-licence"


def text(zh: str, en: str | None = None) -> dict[str, str]:
    return {"zh": zh, "en": en} if en else {"zh": zh}


def small_pack() -> Files:
    """File name → content: one entry of every kind, each referring to the others."""
    tile = {"label": text("换证"), "icon": "car", "item": "CN-renewal"}
    everything = {"label": text("全部服务"), "icon": "grid", "page": "services"}
    return {
        "city.yaml": {
            "region": "310000",
            "prefix": "SH",
            "name": text("上海", "Shanghai"),
            "product_name": text("城市服务", "City services"),
            "time_zone": "Asia/Shanghai",
            "hotline": {"number": "12345", "name": text("市民热线")},
            "skyline": "shanghai",
            "locales": ["zh-CN", "en"],
            "common_services": [tile] * 7 + [everything],
            "elder_services": [tile] * 5 + [everything],
            "popular_searches": [text("换证")],
            "sources": ["law"],
        },
        "items/transport.yaml": [_renewal(), _online()],
        "licence_types.yaml": [_licence_type()],
        "fees.yaml": [_fee("licence", amount_fen=1000, basis="发改价格〔2017〕1186号"), _fee("free", amount_fen=0)],
        "rules.yaml": [
            _rule(
                "expiry",
                licence_type="driving-licence",
                event_type="person.died",
                target_item="CN-renewal",
                target_package="driving",
                timing={"anchor": "expiry", "offset": -90, "unit": "day"},
            ),
            _rule(
                "report",
                advice=text("请报送年报。"),
                timing={"anchor": "calendar", "opens": "01-01", "closes": "06-30"},
            ),
        ],
        "packages.yaml": [
            {
                "code": "driving",
                "name": text("驾驶一件事"),
                "short_name": text("驾驶"),
                "icon": "car",
                "subjects": ["person"],
                "life_stage": "travelling",
                "items": ["CN-renewal"],
                "composition": "editorial",
                "sources": ["law"],
            },
        ],
        "themes.yaml": [
            {"code": "transport", "name": text("交通出行"), "icon": "car", "subjects": ["person"], "sources": ["law"]},
        ],
        "life_stages.yaml": [
            {"code": "travelling", "name": text("出行"), "subject": "person", "sources": ["law"]},
        ],
        "regions.yaml": [
            {"code": "310000", "name": text("上海市"), "level": "city", "sources": ["law"]},
            {"code": "310101", "name": text("黄浦区"), "level": "district", "parent": "310000", "sources": ["law"]},
        ],
        "departments.yaml": [
            {"code": "police", "name": text("公安机关"), "region": "000000", "sources": ["law"]},
        ],
        "events.yaml": [
            {
                "code": "person.died",
                "name": text("死亡"),
                "about": text("人已死亡"),
                "subjects": ["person"],
                "facts": [{"name": "died_on", "kind": "date", "about": text("日期")}],
                "sources": ["law"],
            },
        ],
        "calendar.yaml": [
            {
                "code": "2026",
                "loaded_on": date(2026, 11, 20),
                "breaks": [
                    _break("元旦", date(2026, 1, 1), date(2026, 1, 3)),
                    _break("春节", date(2026, 2, 15), date(2026, 2, 23)),
                ],
                "make_up_days": [date(2026, 1, 4), date(2026, 2, 14)],
                "sources": ["law"],
            },
        ],
        "synonyms.yaml": [
            {"code": "driving-licence", "words": ["驾照", "驾驶本"], "means": ["驾驶证"], "sources": ["law"]},
            {"code": "expiry", "words": ["到期"], "means": ["换证"], "sources": ["law"]},
        ],
        "sources.yaml": [{"code": "law", "title": "法律法规原文", "confidence": "law"}],
    }


def written(files: Files, directory: Path) -> Path:
    """The pack on disk."""
    for name, content in files.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True), encoding="utf-8")
    return directory


def put(**fields: Any) -> Spoil:
    """Sets fields of an entry."""
    return lambda entry: entry.update(fields)


def drop(field: str) -> Spoil:
    return lambda entry: entry.pop(field)


def within(*path: str | int, **fields: Any) -> Spoil:
    """Sets fields of something inside an entry."""

    def spoil(entry: Any) -> None:
        for step in path:
            entry = entry[step]
        entry.update(fields)

    return spoil


def spoiled(files: Files, file: str, code: str, spoil: Spoil) -> str:
    """Spoils one entry and tells the code it has then."""
    content = files[file]
    entry = content if isinstance(content, dict) else next(entry for entry in content if entry["code"] == code)
    spoil(entry)
    return str(entry.get("code", code))


def messages(directory: Path, file: str, code: str, spoil: Spoil) -> str:
    """What is found wrong with the spoiled entry, in its file and under its name; one message a line."""
    files = small_pack()
    entry = spoiled(files, file, code, spoil)
    faults = check_pack(written(files, directory))
    return "\n".join(fault.message for fault in faults if (fault.file, fault.entry) == (file, entry))


def _renewal() -> dict[str, Any]:
    return {
        "code": "CN-renewal",
        "code_scheme": "platform",
        "title": text("驾驶证换证", "Renew a driving licence"),
        "region": "000000",
        "subjects": ["person"],
        "department": "police",
        "themes": ["transport"],
        "life_stages": ["travelling"],
        "channels": ["counter"],
        "depth": "one-visit",
        "visits": 1,
        "visit_reason": text("采集照片"),
        "case_kind": "promised",
        "legal_limit": {"value": 10, "unit": "workday", "text": text("十个工作日内")},
        "promised_limit": {"value": 5, "unit": "workday", "text": text("五个工作日内")},
        "apply_window": {"kind": "within-before", "value": 90, "unit": "day", "text": text("期满前九十日内")},
        "conditions": [text("驾驶证将到期。", "The licence expires soon.")],
        "questions": [
            _question("why", _option("expired"), _option("lost")),
            _question("who", _option("self"), _option("agent"), when=["lost"]),
        ],
        "materials": [
            {"name": text("身份证"), "necessity": "required", "waived_by": "driving-licence"},
            {"name": text("委托书"), "necessity": "conditional", "circumstance": text("由他人代交")},
            {"name": text("遗失声明"), "necessity": "required", "form": "form", "originals": 1, "when": ["lost"]},
            {"name": text("代办人身份证"), "necessity": "required", "form": "copy", "copies": 1, "when": ["agent"]},
        ],
        "item_type": "01",
        "level": "3",
        "steps": [
            _step("accept"),
            _step("review", limit={"value": 3, "unit": "workday", "text": text("三个工作日")}),
            _step("decide"),
            _step("close"),
            _step("deliver"),
        ],
        "charged": True,
        "fees": ["licence"],
        "fees_when": {"licence": ["lost"]},
        "online_pay": True,
        "closing": "licence",
        "places": [{"name": text("车辆管理所"), "region": "310101", "bookable": True}],
        "faq": [{"question": text("可以提前换吗？"), "answer": text("可以。"), "source": "law"}],
        "consult_phone": "021-12345",
        "complaint_phone": "12389",
        "result": "driving-licence",
        "sources": ["law"],
    }


def _question(code: str, *options: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"code": code, "text": text("情形"), "options": list(options), **fields}


def _option(code: str, **fields: Any) -> dict[str, Any]:
    return {"code": code, "label": text("选项"), **fields}


def _step(stage: str, **fields: Any) -> dict[str, Any]:
    return {"title": text("步骤"), "stage": stage, **fields}


def _online() -> dict[str, Any]:
    return {
        "code": "312000218000-01",
        "code_scheme": "catalogue",
        "title": text("违法查询"),
        "region": "310000",
        "subjects": ["person"],
        "official": {"standard": "gbt-39554", "handling": "11310000002420447T231200021800001"},
        "channels": ["online", "assisted"],
        "visits": 0,
        "sources": ["law"],
    }


def _licence_type() -> dict[str, Any]:
    return {
        "code": "driving-licence",
        "name": text("机动车驾驶证"),
        "kind": "licence",
        "holders": ["person"],
        "issuer": text("公安机关"),
        "issuer_group": "traffic",
        "catalogue_code": "310105109000100",
        "type_code": "11100000000013338W011",
        "validity": {
            "kind": "by-age",
            "terms": [{"max_age": 15, "value": 5, "unit": "year"}, {"min_age": 16, "long_term": True}],
        },
        "renewal_window": {"open_before": 90, "close_before": 30, "unit": "day", "text": text("期满前九十日至三十日")},
        "renewing_item": "CN-renewal",
        "void_after": {"value": 1, "unit": "year"},
        "reminder_rungs": [90, 30, -1],
        "sources": ["law"],
    }


def _break(name: str, first: date, last: date) -> dict[str, Any]:
    return {"name": text(name), "first": first, "last": last}


def _fee(code: str, **fields: Any) -> dict[str, Any]:
    fixed = {"name": text("工本费"), "category": "administrative", "unit": text("证"), "region": "000000"}
    return {"code": code, **fixed, **fields, "sources": ["law"]}


def _rule(code: str, **fields: Any) -> dict[str, Any]:
    """Rules differ in what they count from and lead to."""
    fixed = {"name": text("提醒"), "mode": "push", "mode_basis": "platform", "subjects": ["person"], "region": "000000"}
    return {"code": code, **fixed, "trigger": "证照", "condition": "将到期", **fields, "sources": ["law"]}
