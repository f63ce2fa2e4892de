"""清湖区: a made-up lakeside district with twelve items, to show that nothing in the hall belongs to one city."""

from typing import Any

from tests.cities.packs import Files, profile, text

REGION, CITY_REGION, PREFIX = "991101", "991100", "QH"
_SOURCE = "made-up"


def qinghu_pack() -> Files:
    tiles = [
        *({"label": text(label), "icon": "landmark", "item": f"QH-{slug}"} for slug, label, *_ in _ITEMS[:5]),
        {"label": text("全部服务"), "icon": "layout-grid", "page": "services"},
        {"label": text("湖区生活"), "icon": "house", "theme": "lake"},
        {"label": text("渔业生产"), "icon": "sailboat", "theme": "fishing"},
    ]
    return {
        "city.yaml": profile(
            region=REGION,
            prefix=PREFIX,
            name="清湖区",
            product="清湖办事",
            hotline="96096",
            tiles=tiles,
            source=_SOURCE,
        ),
        "items/all.yaml": [_item(*facts) for facts in _ITEMS],
        "themes.yaml": [
            {"code": "lake", "name": text("湖区生活"), "icon": "house", "subjects": ["person"], "sources": [_SOURCE]},
            {
                "code": "fishing",
                "name": text("渔业生产"),
                "icon": "sailboat",
                "subjects": ["person", "enterprise"],
                "sources": [_SOURCE],
            },
        ],
        "departments.yaml": [
            {"code": "lake-office", "name": text("清湖区湖泊管理局"), "region": REGION, "sources": [_SOURCE]},
        ],
        "regions.yaml": [
            {"code": CITY_REGION, "name": text("清江市"), "level": "city", "sources": [_SOURCE]},
            {"code": REGION, "name": text("清湖区"), "level": "district", "parent": CITY_REGION, "sources": [_SOURCE]},
        ],
        "sources.yaml": [{"code": _SOURCE, "title": "为测试虚构的事项"}],
    }


_ITEMS = (
    ("boat-registration", "渔船登记", "渔船所有权登记", "fishing"),
    ("boat-renewal", "渔船换证", "渔船证书期满换发", "fishing"),
    ("fishing-permit", "捕捞许可", "湖区捕捞许可", "fishing"),
    ("mooring", "泊位租用", "公共泊位租用", "fishing"),
    ("closed-season", "休渔补贴", "休渔期生活补贴申领", "lake"),
    ("water-card", "水上通行", "水上通行卡申领", "lake"),
    ("water-card-loss", "通行卡补", "水上通行卡补领", "lake"),
    ("island-school", "小岛入学", "湖心岛适龄儿童入学", "lake"),
    ("island-clinic", "小岛看病", "湖心岛巡回诊疗登记", "lake"),
    ("reed-harvest", "芦苇收割", "芦苇收割备案", "fishing"),
    ("pier", "码头备案", "自用码头备案", "fishing"),
    ("swimming", "横渡报名", "横渡清湖活动报名", "lake"),
)
"""Slug, label of a tile, title, theme."""


def _item(slug: str, label: str, title: str, theme: str) -> dict[str, Any]:
    return {
        "code": f"{PREFIX}-{slug}",
        "code_scheme": "platform",
        "title": text(title),
        "region": REGION,
        "subjects": ["person"],
        "department": "lake-office",
        "aliases": [label],
        "themes": [theme],
        "channels": ["counter"],
        "conditions": [text("在清湖区居住或者作业。")],
        "materials": [{"name": text("居民身份证"), "necessity": "required", "form": "original"}],
        "sources": [_SOURCE],
    }
