"""Settings: read once from the environment, checked as a whole, passed by argument."""

import base64
import binascii
import os
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

import msgspec

from backend.core.crypto import Keyring
from notifications.webpush.endpoints import parse_origins
from notifications.webpush.vapid import parse_keys

_PREFIX = "SUISHENBAN_"


class BadSettings(Exception):
    """Everything that is wrong with the environment, in one message."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field per variable: `DATABASE_URL`, `REDIS_URL`, and `SUISHENBAN_` + the name in capitals for the others."""

    database_url: str
    redis_url: str
    public_url: str = "http://localhost:8000"
    data_keys: str  # "id:base64 of 32 bytes", several separated by commas, the first one is current
    lookup_key: str  # base64 of 32 bytes
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    vapid_private_key: str = (
        ""  # "id:base64url of the 32-byte P-256 scalar", several separated by commas, first = current
    )
    vapid_subject: str = "https://localhost"
    push_extra_origins: str = ""  # origins that may receive pushes beside the known services, separated by commas
    sms_url: str = ""
    merchants: str = ""  # path of the file with our numbers and keys at the payment providers; empty: no way to pay
    bank: str = ""  # path of the file with our name and keys at the bank that pays out; empty: nothing is paid out
    trust_forwarded: bool = False  # a gateway in front adds the caller's address to X-Forwarded-For
    sandbox: bool = False  # the outside world is simulated: a sweep may look at days to come
    log_level: str = "INFO"

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")

    def keyring(self) -> Keyring:
        keys = _named_keys(self.data_keys)
        return Keyring(keys, next(iter(keys)), _key(self.lookup_key))


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process; raises BadSettings naming every missing, unknown or malformed variable."""
    names = {field: _variable(field) for field in Settings.__struct_fields__}
    required = {field.name for field in msgspec.structs.fields(Settings) if field.required}
    faults = [f"missing: {names[field]}" for field in names if field in required and not environ.get(names[field])]
    faults += [f"unknown: {name}" for name in environ if name.startswith(_PREFIX) and name not in names.values()]
    given = {field: environ[name] for field, name in names.items() if environ.get(name)}
    try:
        settings = msgspec.convert({**dict.fromkeys(required, ""), **given}, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise BadSettings("; ".join([*faults, f"malformed: {error}"])) from None
    faults += [f"malformed: {names[field]}: {error}" for field, error in _malformed(settings) if field in given]
    if faults:
        raise BadSettings("; ".join(faults))
    return settings


def _malformed(settings: Settings) -> Iterator[tuple[str, str]]:
    """Fields whose value does not read, and why, never quoting a key."""
    for field, read in _READERS.items():
        try:
            read(getattr(settings, field))
        except ValueError as error:
            yield field, str(error)


def _check_url(text: str) -> None:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError("not an address such as https://hall.example")


def _variable(field: str) -> str:
    return field.upper() if field in {"database_url", "redis_url"} else _PREFIX + field.upper()


def _named_keys(text: str) -> dict[str, bytes]:
    keys = {}
    for entry in text.split(","):
        key_id, _, encoded = entry.strip().partition(":")
        keys[key_id] = _key(encoded)
    return keys


def _key(encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError("a key is not base64") from error
    if len(key) != 32:
        raise ValueError("a key must have 32 bytes")
    return key


_READERS: Mapping[str, Callable[[str], object]] = {
    "public_url": _check_url,
    "data_keys": _named_keys,
    "lookup_key": _key,
    "vapid_private_key": parse_keys,
    "push_extra_origins": parse_origins,
}
