"""An act of a cashier, as features that import operators write them."""

from litestar import Response, post

from backend.core.clock import Clock
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import see_other
from backend.operators.models import OperatorSession
from backend.operators.service import note_act


@post("/ops/trial", opt=access(Access.OPERATOR), status_code=303)
async def write_off(db: Given[Database], clock: Given[Clock], operator: Given[OperatorSession]) -> Response[bytes]:
    operator.require("cashier")
    async with db.transaction() as tx:
        await note_act(tx, operator, "trial.written_off", "D-1", {"fen": 100}, clock.now())
    return see_other("/ops/search-misses")


ACTING = [write_off]
