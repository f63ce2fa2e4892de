"""Which addresses a push may be sent to: endpoints come from browsers, so they are input like any other."""

import hashlib
import ipaddress
import re
from collections.abc import Collection
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from notifications.errors import EndpointRefused

HOSTS = frozenset({"fcm.googleapis.com", "jmt17.google.com", "updates.push.services.mozilla.com", "web.push.apple.com"})
PARENT_DOMAINS = (".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")
MAX_LENGTH = 2048

# As the services give them out: nothing but a host and a path. Twenty times as fast to see through as any address.
_USUAL = re.compile(r"(https://([a-z0-9.-]+))/[!\"$-\[\]-~]*")
_DEFAULT_PORTS = {"https": 443, "http": 80}


def check_endpoint(endpoint: str, extra_origins: Collection[str] = ()) -> str:
    """The origin of an endpoint a push may go to; raises EndpointRefused with the reason.

    Allowed are https on port 443 at the known push services, and `extra_origins` exactly as parse_origins gives them.
    """
    usual = _USUAL.fullmatch(endpoint)
    if usual is not None and len(endpoint) <= MAX_LENGTH and _is_known(usual[2]):
        return usual[1]
    parts = _split(endpoint)
    origin = _origin(parts)
    if origin in extra_origins:
        return origin
    if parts.scheme != "https":
        raise EndpointRefused(reason="not https")
    if parts.port not in {None, 443}:
        raise EndpointRefused(reason="a port other than 443")
    if not _is_known(parts.hostname or ""):
        raise EndpointRefused(reason="not a known push service")
    return origin


def parse_origins(setting: str) -> frozenset[str]:
    """Further origins, separated by commas: https anywhere, http only to this very machine. Raises ValueError."""
    return frozenset(_parse_origin(text.strip()) for text in setting.split(",") if text.strip())


def origin_of(endpoint: str) -> str:
    """Scheme, host and non-default port of an address that was checked before."""
    usual = _USUAL.fullmatch(endpoint)
    if usual is not None:
        return usual[1]
    scheme, _, rest = endpoint.partition("://")
    return _normalised(f"{scheme}://{rest.partition('/')[0]}")


def endpoint_hash(endpoint: str) -> bytes:
    """The key an endpoint is known by; the address itself is a capability and stays out of logs."""
    return hashlib.sha256(endpoint.encode()).digest()


def _split(endpoint: str) -> SplitResult:
    if len(endpoint) > MAX_LENGTH:
        raise EndpointRefused(reason="too long")
    if not (endpoint.isascii() and endpoint.isprintable()) or " " in endpoint or "\\" in endpoint:
        raise EndpointRefused(reason="characters that do not belong in an address")
    try:
        parts = urlsplit(endpoint)
        _ = parts.port
    except ValueError:
        raise EndpointRefused(reason="not an address") from None
    if not parts.hostname or parts.scheme not in _DEFAULT_PORTS:
        raise EndpointRefused(reason="not an https address")
    if "@" in parts.netloc:
        raise EndpointRefused(reason="user information in the address")
    if "#" in endpoint:
        raise EndpointRefused(reason="a fragment in the address")
    return parts


def _origin(parts: SplitResult) -> str:
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{name}{port}"


@lru_cache(maxsize=256)
def _normalised(origin: str) -> str:
    return _origin(urlsplit(origin))


def _is_known(host: str) -> bool:
    return host in HOSTS or any(_is_below(host, parent) for parent in PARENT_DOMAINS)


def _is_below(host: str, parent: str) -> bool:
    return host.endswith(parent) and all(host.removesuffix(parent).split("."))


def _parse_origin(text: str) -> str:
    try:
        parts = _split(text)
    except EndpointRefused as refused:
        raise ValueError(f"{text!r} is not an origin: {refused.facts['reason']}") from refused
    if parts.path not in {"", "/"} or parts.query:
        raise ValueError(f"{text!r} is not an origin: it has a path")
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ValueError(f"{text!r}: http is only for this very machine")
    return _origin(parts)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
