"""Where to go after signing in: a screen of ours, never an address that somebody else has put into the link."""

import re
from urllib.parse import quote

from backend.core.http.pages import own_path

_MAX_LENGTH = 1024
_KEPT = "/?&=%:@!$'()*+,;-._~#"
_NOT_SCREENS = re.compile(r"/log(in|out)(?![^/?#])")


def safe_return_path(candidate: str | None) -> str:
    """A path of this site fit for a Location header; everything else becomes the first screen.

    Browsers read `//host`, `/\\host` and either of them with tabs or line ends between as another host (WHATWG URL),
    so paths with empty segments, backslashes or control characters are not taken at all.
    """
    path = own_path(candidate)
    if len(path) > _MAX_LENGTH or "//" in path.partition("?")[0] or _NOT_SCREENS.match(path):
        return "/"
    return quote(path, safe=_KEPT)
