"""Every route says who may call it, and nobody else gets in."""

from typing import Any

import pytest
from litestar import Litestar, Request, asgi, get
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler
from litestar.types import Receive, Scope, Send

from backend.app import HANDLERS
from backend.core.http.access import Access, AccessUndeclared, access, require_declared

ROUTES = [handler for handler in HANDLERS if isinstance(handler, HTTPRouteHandler)]
PROGRAMS = [handler for handler in HANDLERS if isinstance(handler, ASGIRouteHandler)]


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


@pytest.mark.parametrize("who", [who for who in Access if who is not Access.PROVIDER])
def test_a_bare_program_that_would_go_past_the_guard_stops_the_application(who: Access) -> None:
    @asgi("/open", opt=access(who), copy_scope=False)
    async def unguarded(scope: Scope, receive: Receive, send: Send) -> None: ...

    with pytest.raises(AccessUndeclared):
        require_declared(Litestar([unguarded]).routes[0].route_handler)  # type: ignore[union-attr]


def test_paths_are_served_by_one_handler_each() -> None:
    taken = [(path, method) for handler in ROUTES for path in handler.paths for method in handler.http_methods]
    taken += [(path, "POST") for handler in PROGRAMS for path in handler.paths]

    assert sorted(taken) == sorted(set(taken))
