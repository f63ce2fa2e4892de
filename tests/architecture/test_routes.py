"""Every route says who may call it, and nobody else gets in."""

from typing import Any

import pytest
from litestar import Litestar, Request, get
from litestar.handlers import HTTPRouteHandler

from backend.app import HANDLERS
from backend.core.http.access import Access, AccessUndeclared, access, require_declared

ROUTES = [handler for handler in HANDLERS if isinstance(handler, HTTPRouteHandler)]


@pytest.mark.parametrize(
    "handler", ROUTES, ids=lambda handler: f"{sorted(handler.http_methods)} {sorted(handler.paths)}"
)
def test_every_route_declares_who_may_call_it(handler: HTTPRouteHandler) -> None:
    assert isinstance(handler.opt.get("access"), Access)


def test_an_undeclared_route_stops_the_application() -> None:
    @get("/secret", sync_to_thread=False)
    def secret() -> None: ...

    app = Litestar([secret])

    with pytest.raises(AccessUndeclared):
        require_declared(app.routes[0].route_handlers[0])  # type: ignore[union-attr]


def test_a_route_with_a_hook_in_the_place_of_the_guard_stops_the_application() -> None:
    async def hook(_request: Request[Any, Any, Any]) -> None: ...

    @get("/open", opt=access(Access.RESIDENT), before_request=hook, sync_to_thread=False)
    def unguarded() -> None: ...

    app = Litestar([unguarded])

    with pytest.raises(AccessUndeclared):
        require_declared(app.routes[0].route_handlers[0])  # type: ignore[union-attr]


def test_paths_are_served_by_one_handler_each() -> None:
    taken = [(path, method) for handler in ROUTES for path in handler.paths for method in handler.http_methods]

    assert sorted(taken) == sorted(set(taken))
