"""The provider's endpoints over HTTP."""

from typing import Any, TypeAlias
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import URLEncodedBody

from backend.core.clock import Clock
from backend.sandbox.identity_provider import AuthorizationRequest, IdentityProvider, TokenRefusal, TokenRequest
from backend.sandbox.residents import demo_residents, find_resident
from backend.sandbox.screens import NO_STORE, screen

Form: TypeAlias = URLEncodedBody[dict[str, str]]


@get("/.well-known/openid-configuration")
async def discovery(provider: NamedDependency[IdentityProvider]) -> dict[str, Any]:
    return provider.discovery()


@get("/jwks")
async def jwks(provider: NamedDependency[IdentityProvider]) -> dict[str, Any]:
    return provider.key_set()


@get("/authorize")
async def choose(request: Request[Any, Any, Any], provider: NamedDependency[IdentityProvider]) -> Response[bytes]:
    """The page to pick a resident, unless the request is refused."""
    asked = _authorization(dict(request.query_params))
    return _refused(provider, asked) or _choice(provider, asked)


@post("/authorize", status_code=303)
async def chosen(
    provider: NamedDependency[IdentityProvider], clock: NamedDependency[Clock], data: Form
) -> Response[bytes]:
    """Back to the client with a code for the resident, or with the news that nobody was chosen."""
    asked = _authorization(data)
    refused = _refused(provider, asked)
    if refused is not None:
        return refused
    resident = find_resident(data.get("resident", ""))
    if resident is None:
        return _redirect(provider.answer(asked, error="access_denied"))
    return _redirect(provider.answer(asked, code=provider.grant(asked, resident, clock.now())))


@post("/token", status_code=200)
async def token(
    request: Request[Any, Any, Any],
    provider: NamedDependency[IdentityProvider],
    clock: NamedDependency[Clock],
    data: Form,
) -> Response[dict[str, Any]]:
    try:
        asked = TokenRequest(**{name: data.get(name, "") for name in TokenRequest.__struct_fields__})
        answer = provider.exchange(asked, request.headers.get("authorization"), clock.now())
    except TokenRefusal as refusal:
        headers = {**NO_STORE, "WWW-Authenticate": "Basic"} if refusal.status == 401 else NO_STORE
        return Response({"error": refusal.error}, status_code=refusal.status, headers=headers)
    return Response(answer, headers=NO_STORE)


@get("/userinfo")
async def userinfo(
    request: Request[Any, Any, Any], provider: NamedDependency[IdentityProvider], clock: NamedDependency[Clock]
) -> Response[dict[str, Any]]:
    claims = provider.userinfo(request.headers.get("authorization"), clock.now())
    if claims is None:
        headers = {**NO_STORE, "WWW-Authenticate": 'Bearer error="invalid_token"'}
        return Response({"error": "invalid_token"}, status_code=401, headers=headers)
    return Response(claims, headers=NO_STORE)


@get("/end_session")
async def end_session(request: Request[Any, Any, Any], provider: NamedDependency[IdentityProvider]) -> Response[bytes]:
    """This provider keeps no session of its own: everybody picks a resident each time."""
    query = request.query_params
    target = provider.after_logout(
        query.get("client_id", ""), query.get("post_logout_redirect_uri", ""), query.get("state", "")
    )
    return screen("signed_out.html") if target is None else _redirect(target)


def identity_router(provider: IdentityProvider) -> Router:
    """The endpoints under the path of the issuer."""
    return Router(
        path=provider.path or "/",
        route_handlers=[discovery, jwks, choose, chosen, token, userinfo, end_session],
        dependencies={"provider": Provide(lambda: provider, sync_to_thread=False)},
    )


def _authorization(given: dict[str, str]) -> AuthorizationRequest:
    return AuthorizationRequest(**{name: given.get(name, "") for name in AuthorizationRequest.__struct_fields__})


def _refused(provider: IdentityProvider, asked: AuthorizationRequest) -> Response[bytes] | None:
    """A stranger gets a page, a known client its error (RFC 6749, section 4.1.2.1)."""
    if not provider.knows(asked):
        return screen("refused.html", status=400)
    fault = asked.fault()
    return _redirect(provider.answer(asked, error=fault)) if fault else None


def _choice(provider: IdentityProvider, asked: AuthorizationRequest) -> Response[bytes]:
    english = asked.ui_locales.startswith("en")
    fields = msgspec.structs.asdict(asked)
    other = urlencode({**fields, "ui_locales": "zh-CN" if english else "en"})
    return screen(
        "choose.html",
        form_target=asked.redirect_uri,
        english=english,
        action=f"{provider.path}/authorize",
        fields=fields,
        residents=demo_residents(),
        other_language=f"{provider.path}/authorize?{other}",
    )


def _redirect(target: str) -> Response[bytes]:
    return Response(b"", status_code=303, headers={**NO_STORE, "Location": target})
