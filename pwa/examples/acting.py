"""可以代办的单位和家人: a firm, a right that begins later, a child."""

from datetime import date
from typing import Any

from pwa.views.acting import ActingFor, Mandate
from pwa.views.parts import Text

_REGISTRY = Text("上海市市场监督管理局", "Market regulation")
_GUARDIAN = Text("监护人", "Guardian")


def _mandate(name: str, spoken: str, icon: str, role: Text, **facts: Any) -> Mandate:
    known: dict[str, Any] = {"begins": date(2026, 1, 1), "ends": None, "to_come": False, "sources": (_REGISTRY,)}
    return Mandate(name=name, spoken=spoken, icon=icon, role=role, **(known | facts))


ACTING_FOR = ActingFor(
    mandates=(
        _mandate(
            "上海晨光餐饮有限公司",
            "上海晨光餐饮有限公司",
            "file-badge",
            Text("法定代表人", "Legal representative"),
            sources=(Text("统一身份认证", "the city's identity service"), _REGISTRY),
        ),
        _mandate(
            "上海示例国际贸易（集团）有限公司第二分公司",
            "上海示例国际贸易（集团）有限公司第二分公司",
            "file-badge",
            Text("经授权的经办人", "Authorised agent"),
            begins=date(2026, 12, 1),
            ends=date(2027, 11, 30),
            to_come=True,
        ),
        _mandate("林*", "林某", "users", _GUARDIAN, ends=date(2036, 4, 30), sources=(Text("市公安局", "The police"),)),
    )
)
