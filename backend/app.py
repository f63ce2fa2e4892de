"""The web application: features, resources and the edge around them."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
from litestar import Litestar
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from litestar.types import LifeSpanReceive, LifeSpanSend

from backend.catalogue import history, shelf_pages, sitemap
from backend.catalogue import pages as catalogue_pages
from backend.catalogue import routes as catalogue_routes
from backend.catalogue.often import keep_settling
from backend.catalogue.service import warm_up
from backend.citizens import pages as citizens_pages
from backend.city.city import City
from backend.city.service import find_version, read_city
from backend.core.background import background
from backend.core.http.access import admit, require_declared
from backend.core.http.edge import Edge
from backend.core.http.given import give_in_turn, session_of
from backend.core.http.problems import HANDLERS as PROBLEMS
from backend.core.http.state import attach
from backend.core.logs import configure_logs
from backend.core.processes import die_with_parent
from backend.core.resources import Resources, open_resources
from backend.core.settings import Settings, read_settings
from backend.departments import routes as departments_routes
from backend.entitlements import desk_pages as entitlements_desk
from backend.entitlements import pages as entitlements_pages
from backend.guides import pages as guides_pages
from backend.home import pages as home_pages
from backend.inbox import pages as inbox_pages
from backend.inbox import routes as inbox_routes
from backend.licences import pages as licences_pages
from backend.licences import routes as licences_routes
from backend.matching.desk import pages as rules_pages
from backend.operators import pages as operators_pages
from backend.operators.admission import admit_operators, operator_of
from backend.ops import routes as ops_routes
from backend.ops.api_docs import openapi
from backend.payments import pages as payments_pages
from backend.payments import routes as payments_routes
from backend.payments.callback_route import give_providers
from backend.payments.channels import NO_WAYS_TO_PAY, Providers
from backend.payments.gateways import open_providers
from backend.payments.intake import Intake
from backend.payments.payouts import feed_route as card_feed
from backend.payments.payouts import notices as payout_notices
from backend.payments.payouts.bank import Bank, open_bank
from backend.payments.payouts.notices import give_bank
from backend.payments.receipts import pages as receipts_pages
from backend.payments.receipts import routes as receipts_routes
from backend.payments.reconciliation import pages as reconciliation_pages
from pwa.rendering import preload
from pwa.views.parts import Text
from pwa.views.shell import CityFace

log = logging.getLogger(__name__)

HANDLERS: list[BaseRouteHandler] = [
    *home_pages.HANDLERS,
    *catalogue_pages.HANDLERS,
    *catalogue_routes.HANDLERS,
    *shelf_pages.HANDLERS,
    *history.HANDLERS,
    *sitemap.HANDLERS,
    *guides_pages.HANDLERS,
    *citizens_pages.HANDLERS,
    *licences_pages.HANDLERS,
    *licences_routes.HANDLERS,
    *departments_routes.HANDLERS,
    *inbox_pages.HANDLERS,
    *inbox_routes.HANDLERS,
    *payments_pages.HANDLERS,
    *payments_routes.HANDLERS,
    *payout_notices.HANDLERS,
    *card_feed.HANDLERS,
    *entitlements_pages.HANDLERS,
    *entitlements_desk.HANDLERS,
    *reconciliation_pages.HANDLERS,
    *receipts_pages.HANDLERS,
    *receipts_routes.HANDLERS,
    *rules_pages.HANDLERS,
    *operators_pages.HANDLERS,
    *ops_routes.HANDLERS,
]
MAX_BODY_BYTES = 256 * 1024  # forms and JSON of people; feeds say otherwise
_CITY_CHECK_S = 15


class CurrentCity:
    """The city as last loaded; exchanged as a whole when a newer pack has come."""

    def __init__(self, city: City) -> None:
        self._city = city

    def get(self) -> City:
        return self._city

    async def follow(self, app: Litestar, resources: Resources) -> None:
        """Looks for a newer load now and then, for ever."""
        while True:
            await asyncio.sleep(_CITY_CHECK_S)
            try:
                if await find_version(resources.db) != self._city.version:
                    city = await read_city(resources.db)
                    await asyncio.to_thread(warm_up, city)
                    self._city = city
                    attach(app, resources, face(self._city))
            except (OSError, asyncpg.PostgresError):
                log.warning("the city could not be read again")


def face(city: City) -> CityFace:
    """What the frame of every screen shows of the city."""
    profile = city.profile
    return CityFace(
        name=Text(profile.name.zh, profile.name.en),
        product=Text(profile.product_name.zh, profile.product_name.en),
        hotline=profile.hotline.number,
        skyline=profile.skyline,
    )


def create_app(
    resources: Resources, city: City, providers: Providers = NO_WAYS_TO_PAY, bank: Bank | None = None
) -> tuple[Edge, Litestar]:
    """The whole hall on resources that the caller owns: what serves requests, and the application inside it."""
    for handler in HANDLERS:
        require_declared(handler)
    warm_up(city)
    current = CurrentCity(city)

    @contextlib.asynccontextmanager
    async def follow_packs(app: Litestar) -> AsyncIterator[None]:
        async with background(current.follow(app, resources), keep_settling(app.state, resources, current.get)):
            yield

    app = Litestar(
        route_handlers=HANDLERS,
        before_request=admit,
        exception_handlers=PROBLEMS,
        dependencies={
            "db": Provide(lambda: resources.db, sync_to_thread=False),
            "redis": Provide(lambda: resources.redis, sync_to_thread=False),
            "clock": Provide(lambda: resources.clock, sync_to_thread=False),
            "settings": Provide(lambda: resources.settings, sync_to_thread=False),
            "keyring": Provide(lambda: resources.keyring, sync_to_thread=False),
            "city": Provide(current.get, sync_to_thread=False),
            "providers": Provide(lambda: providers, sync_to_thread=False),
            "session": Provide(session_of),
            "operator": Provide(operator_of, sync_to_thread=False),
        },
        lifespan=[follow_packs],
        openapi_config=openapi(),
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
    )
    give_in_turn(app)
    admit_operators(app)
    give_providers(app.state, providers, Intake(resources.db, resources.keyring))
    give_bank(app.state, bank)
    attach(app, resources, face(city))
    return Edge(app, secure=resources.settings.secure), app


class Served:
    """The ASGI program of a server process: opens its resources when the server starts and closes them at the end."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._edge: Edge | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._edge is not None:
            await self._edge(scope, receive, send)

    async def _live(self, receive: LifeSpanReceive, send: LifeSpanSend) -> None:
        """The lifespan protocol of ASGI: startup, wait, shutdown."""
        await receive()
        try:
            async with (
                open_resources(self._settings) as resources,
                open_providers(self._settings) as providers,
                open_bank(self._settings) as bank,
            ):
                self._edge, app = create_app(resources, await read_city(resources.db), providers, bank)
                preload()
                gc.freeze()  # the city and the templates stay: looking through them all again would stop us for 0.2 s
                async with app.lifespan():
                    await send({"type": "lifespan.startup.complete"})
                    await receive()
        except Exception as error:
            log.exception("the web application cannot start or stop")
            await send({"type": "lifespan.startup.failed", "message": type(error).__name__})
            raise
        await send({"type": "lifespan.shutdown.complete"})


def from_environment() -> Served:
    """The factory a server calls in each of its processes."""
    die_with_parent()
    settings = read_settings()
    configure_logs(settings.log_level)
    return Served(settings)
