"""The frame around every screen: whose, in which language and mode, with which tab current."""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from pwa.views.parts import Text


class Locale(StrEnum):
    ZH = "zh-CN"
    EN = "en"


class Mode(StrEnum):
    STANDARD = "standard"
    ELDER = "elder"


class Theme(StrEnum):
    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class TextSize(StrEnum):
    """Steps of the whole type scale; in elder mode body text is 24, 27 and 30 px."""

    NORMAL = "normal"
    LARGE = "large"
    LARGEST = "largest"


class Tab(StrEnum):
    HOME = "home"
    SERVICES = "services"
    WALLET = "wallet"
    MESSAGES = "messages"
    ME = "me"


class CityFace(Struct, frozen=True, kw_only=True):
    """How the city presents itself. `skyline` is SVG path data, drawn as a 1.5 px line in a box of 280 × 64."""

    name: Text
    product: Text
    hotline: str
    skyline: str | None = None


class Toast(Struct, frozen=True, kw_only=True):
    """What the last POST did, said once on the next page. `undo_path` takes it back by POST."""

    text: Text
    undo_path: str | None = None


class DeskEntry(Struct, frozen=True, kw_only=True):
    """A line of the operators' navigation."""

    label: Text
    path: str
    icon: str


class Desk(Struct, frozen=True, kw_only=True):
    """The frame of the operators' pages in place of the residents'. Without `name` nobody is signed in there."""

    name: str | None = None
    csrf_token: str | None = None
    entries: tuple[DeskEntry, ...] = ()


class Shell(Struct, frozen=True, kw_only=True):
    """Facts of the request. `path` is path and query of this page, to come back to; signed out: no token, no name."""

    city: CityFace
    today: date
    path: str
    locale: Locale = Locale.ZH
    mode: Mode = Mode.STANDARD
    theme: Theme = Theme.AUTO
    text_size: TextSize = TextSize.NORMAL
    tab: Tab | None = None
    csrf_token: str | None = None
    display_name: str | None = None
    unread: int = 0
    toast: Toast | None = None
    desk: Desk | None = None

    @property
    def elder(self) -> bool:
        return self.mode is Mode.ELDER

    @property
    def signed_in(self) -> bool:
        return self.display_name is not None
