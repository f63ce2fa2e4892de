"""The operators' door, and the pictures they see first."""

from datetime import datetime

from msgspec import Struct

from pwa.views.charts import Columns, Figure, Rows
from pwa.views.parts import FieldError


class SignIn(Struct, frozen=True, kw_only=True):
    """`return_path` is the page of the desk to go to afterwards."""

    return_path: str
    errors: tuple[FieldError, ...] = ()


class Overview(Struct, frozen=True, kw_only=True):
    """How the hall does: figures of this moment, then what happened day by day and by name."""

    at: datetime
    figures: tuple[Figure, ...]
    columns: tuple[Columns, ...]
    rows: tuple[Rows, ...]
