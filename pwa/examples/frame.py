"""The shell of the examples: Shanghai on 20 November 2026."""

from datetime import date

from pwa.views.parts import Text
from pwa.views.shell import CityFace, Desk, Locale, Mode, Shell, Tab, TextSize, Theme

TODAY = date(2026, 11, 20)

SKYLINE = (
    "M0 63h10V51h10v-9h6v21M26 51h11V37h14v26M51 47h10v16M61 63h8M92 63l7-19M114 63l-7-19M103 15V3"
    "m-3 17a3 3 0 1 0 6 0 3 3 0 1 0-6 0m1 4v14m4-14v14m-8 6a6 6 0 1 0 12 0 6 6 0 1 0-12 0"
    "M122 63V40h10v23M138 63V27l6-6 6 6v36M156 63V16l3-3V7l3-5 3 5v6l3 3v47M174 63V13l3-4h4v7h4V9h4l3 4v50"
    "M198 63V16l14-8c2 20 4 38 9 55M225 63V44h11v19M236 50h9V38h12v25M257 50h10v13M267 57h13M69 63h211"
)

SHANGHAI = CityFace(
    name=Text("上海", "Shanghai"),
    product=Text("城市服务", "City services"),
    hotline="12345",
    skyline=SKYLINE,
)


def shell(
    locale: Locale = Locale.ZH,
    mode: Mode = Mode.STANDARD,
    theme: Theme = Theme.LIGHT,
    *,
    tab: Tab | None = None,
    path: str = "/",
    signed_in: bool = True,
    text_size: TextSize = TextSize.NORMAL,
    desk: Desk | None = None,
) -> Shell:
    return Shell(
        city=SHANGHAI,
        today=TODAY,
        path=path,
        locale=locale,
        mode=mode,
        theme=theme,
        tab=tab,
        text_size=text_size,
        csrf_token="example-token" if signed_in else None,
        display_name="林*雯" if signed_in else None,
        unread=3 if signed_in else 0,
        desk=desk,
    )
