"""What stands in the operators' navigation: a line each, shown as soon as the hall has the page."""

from litestar import Litestar

from backend.operators.models import OperatorSession, Role
from pwa.views.parts import Text
from pwa.views.shell import DeskEntry

_EVERYBODY = frozenset(Role)
_ENTRIES: tuple[tuple[DeskEntry, frozenset[Role]], ...] = (
    (DeskEntry(path="/ops", icon="chart-column", label=Text("概览", "Overview")), _EVERYBODY),
    (DeskEntry(path="/ops/reconciliation", icon="scale", label=Text("对账", "Reconciliation")), _EVERYBODY),
    (DeskEntry(path="/ops/entitlements", icon="hand-coins", label=Text("发放", "Payouts")), _EVERYBODY),
    (DeskEntry(path="/ops/rules", icon="bell", label=Text("规则台", "Rules desk")), _EVERYBODY),
    (DeskEntry(path="/ops/search-misses", icon="search-x", label=Text("搜不到的词", "Searched in vain")), _EVERYBODY),
)


def entries_for(operator: OperatorSession, app: Litestar) -> tuple[DeskEntry, ...]:
    served = {route.path for route in app.routes}
    return tuple(entry for entry, roles in _ENTRIES if entry.path in served and roles & operator.roles)
