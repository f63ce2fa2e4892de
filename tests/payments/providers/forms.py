"""Urlencoded forms, read and written by the standard library alone."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode


def fields_of(body: bytes) -> dict[str, str] | None:
    """None for what is no form with distinct keys."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        return None
    return dict(pairs) if len(dict(pairs)) == len(pairs) else None


def form(fields: Mapping[str, str]) -> bytes:
    return urlencode(fields).encode()
