"""The door of the operators' desk."""

from msgspec import Struct

from pwa.views.parts import FieldError


class SignIn(Struct, frozen=True, kw_only=True):
    """`return_path` is the page of the desk to go to afterwards."""

    return_path: str
    errors: tuple[FieldError, ...] = ()
