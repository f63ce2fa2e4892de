"""The sandbox as one program: identity provider, SMS gateway, and a page that says what is here."""

from litestar import Litestar, Response, get
from litestar.di import Provide

from backend.core.clock import Clock, SystemClock
from backend.core.logs import configure_logs
from backend.core.processes import die_with_parent
from backend.core.settings import Settings, read_settings
from backend.sandbox.identity_pages import identity_router
from backend.sandbox.identity_provider import IdentityProvider, RegisteredClient
from backend.sandbox.residents import demo_residents
from backend.sandbox.screens import STYLESHEET_PATH, screen, stylesheet
from backend.sandbox.sms import SmsGateway, sms_router

CALLBACK_PATH = "/login/callback"
IDENTITY_PROVIDER = "identity_provider"  # in the application's state, for tests that forge its answers


def create_sandbox(settings: Settings, *, clock: Clock | None = None, sms_token: str | None = None) -> Litestar:
    """Serve it where `settings.oidc_issuer` (path of one's own choice) and `settings.sms_url` (path /sms) point to.

    The hall at `settings.public_url` is its only client.
    """
    public_url = settings.public_url.rstrip("/")
    client = RegisteredClient(
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        redirect_uri=public_url + CALLBACK_PATH,
        post_logout_redirect_uri=public_url + "/",
    )
    provider, gateway, told = (
        IdentityProvider(settings.oidc_issuer, client),
        SmsGateway(sms_token),
        clock or SystemClock(),
    )

    @get("/")
    async def index() -> Response[bytes]:
        return screen("index.html", hall=public_url + "/", residents=demo_residents())

    app = Litestar(
        route_handlers=[index, health, style, identity_router(provider), sms_router(gateway)],
        dependencies={"clock": Provide(lambda: told, sync_to_thread=False)},
        openapi_config=None,
        logging_config=None,
    )
    app.state[IDENTITY_PROVIDER] = provider
    return app


@get("/healthz")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@get(STYLESHEET_PATH)
async def style() -> Response[bytes]:
    return stylesheet()


def from_environment() -> Litestar:
    """The factory that the server of `suishenban sandbox` calls."""
    die_with_parent()
    settings = read_settings()
    configure_logs(settings.log_level)
    return create_sandbox(settings)
