"""One line into a Struct: strict about its fields, and able to say which record a bad line was about."""

import re
from typing import Annotated, TypeVar

import msgspec

from backend.departments.faults import (
    INVALID_JSON,
    INVALID_UTF8,
    MISSING_FIELD,
    NUL_CHARACTER,
    TOO_DEEP,
    UNKNOWN_FIELD,
    WRONG_TYPE,
    LineRefused,
    Reason,
)

Wire = TypeVar("Wire", bound=msgspec.Struct)
_NO_CONTROLS = r"^[^\x00-\x1f\x7f]+$"
SourceId = Annotated[str, msgspec.Meta(max_length=128, pattern=_NO_CONTROLS)]
Short = Annotated[str, msgspec.Meta(max_length=100, pattern=_NO_CONTROLS)]
_SHOWN = 200
_NUL_ESCAPE = b"\\u0000"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class _Named(msgspec.Struct):
    id: str | None = None


_named = msgspec.json.Decoder(_Named)


def decode(decoder: "msgspec.json.Decoder[Wire]", raw: bytes) -> Wire:
    """The Struct of a line. Raises LineRefused: invalid_utf8, invalid_json, too_deep, unknown_field, missing_field,
    wrong_type, nul_character (which Postgres cannot keep in a text). Lone surrogates are invalid JSON to msgspec.
    """
    try:
        line = decoder.decode(raw)
    except UnicodeDecodeError:
        raise LineRefused(INVALID_UTF8) from None
    except msgspec.ValidationError as error:
        raise LineRefused(_reason(str(error)), detail=_shown(str(error))) from None
    except msgspec.DecodeError as error:
        raise LineRefused(INVALID_JSON, detail=_shown(str(error))) from None
    except RecursionError:
        raise LineRefused(TOO_DEEP) from None
    if _NUL_ESCAPE in raw and _holds_nul(msgspec.to_builtins(line)):
        raise LineRefused(NUL_CHARACTER)
    return line


def read_id(raw: bytes | None) -> str | None:
    """The department's own id of a refused line, where it can be read."""
    try:
        found = _named.decode(raw or b"").id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return None if found is None else _shown(found)


def _reason(message: str) -> Reason:
    if message.startswith("Object contains unknown field"):
        return UNKNOWN_FIELD
    if message.startswith("Object missing required field"):
        return MISSING_FIELD
    return WRONG_TYPE


def _shown(text: str) -> str:
    """Short, and without characters that would disturb a terminal or a table."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text[:_SHOWN])


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(entry) for key, entry in value.items())
    return isinstance(value, list | tuple) and any(map(_holds_nul, value))
