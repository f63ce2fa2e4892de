"""Limits on requests: by the address they come from, or by whoever the caller names instead."""

from ipaddress import IPv6Address, ip_address
from typing import Any

from litestar import Request

from backend.core.errors import TooManyRequests
from backend.core.http.state import resources_of
from backend.core.limits import Limit, count, counted, refused

_NOWHERE = "nowhere"
_IPV6_SITE = 64  # bits that belong to one connection; the rest a device chooses anew whenever it likes


async def limit_requests(request: Request[Any, Any, Any], limit: Limit, who: str | None = None) -> None:
    """Counts this request. Raises TooManyRequests beyond the limit."""
    resources = resources_of(request)
    if await count(resources.redis, limit, _who(request, who), resources.clock.now()) > limit.times:
        _refuse(request, limit)


async def limit_failures(request: Request[Any, Any, Any], limit: Limit) -> None:
    """Before something that may fail. Raises TooManyRequests once as many failures as allowed were noted."""
    resources = resources_of(request)
    if await counted(resources.redis, limit, _who(request, None), resources.clock.now()) >= limit.times:
        _refuse(request, limit)


async def note_failure(request: Request[Any, Any, Any], limit: Limit) -> None:
    """It failed."""
    resources = resources_of(request)
    await count(resources.redis, limit, _who(request, None), resources.clock.now())


def client_address(request: Request[Any, Any, Any]) -> str:
    """Where a request comes from: the other end of the connection or, where a gateway is trusted, whom that names.

    Of `X-Forwarded-For` only the last entry counts: it is the gateway's own, what stands before may be made up.
    """
    client = request.scope["client"]
    given = client[0] if client else ""
    if resources_of(request).settings.trust_forwarded:
        given = ",".join(request.headers.getall("x-forwarded-for", [given])).rpartition(",")[2].strip()
    return _site(given)


def _site(address: str) -> str:
    """An IPv4 address, or the network of an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return _NOWHERE
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> (128 - _IPV6_SITE) << (128 - _IPV6_SITE)))


def _who(request: Request[Any, Any, Any], who: str | None) -> str:
    """As a keyed hash: Redis learns no addresses."""
    return resources_of(request).keyring.lookup("limit", who or client_address(request)).hex()


def _refuse(request: Request[Any, Any, Any], limit: Limit) -> None:
    refused(limit)
    raise TooManyRequests(seconds=limit.rest(resources_of(request).clock.now()))
