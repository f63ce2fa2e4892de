"""Where the browsers are. `python -m tests.browsers.finding` prints Chromium's path, or what to do without one."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

CHROMIUM_PLACES = (
    "/usr/lib/chromium/chromium",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
FIREFOX_PLACES = ("firefox-esr", "firefox")
PLAYWRIGHT_BUILDS = ("chromium-*/chrome-linux*/chrome",)


class BrowserMissing(Exception):
    """The sentence says which browser is missing and how to get it."""


def find_chromium(environ: Mapping[str, str] = os.environ, places: tuple[str, ...] = CHROMIUM_PLACES) -> Path:
    """`CHROMIUM_PATH` if set, else the first of `places`, else a build that `playwright install chromium` fetched.

    Raises:
        BrowserMissing: none is there, or `CHROMIUM_PATH` names no program.
    """
    if wanted := environ.get("CHROMIUM_PATH"):
        if found := shutil.which(wanted, path=environ.get("PATH", "")):
            return Path(found)
        raise BrowserMissing(f"CHROMIUM_PATH={wanted} is not a program that can be run")
    found_path = _first(places, environ) or _playwright_build(environ)
    if found_path is None:
        raise BrowserMissing(
            "No Chromium found. Install one (apt-get install chromium, or: playwright install chromium) "
            "or set CHROMIUM_PATH to its program."
        )
    return found_path


def find_firefox(environ: Mapping[str, str] = os.environ, places: tuple[str, ...] = FIREFOX_PLACES) -> Path:
    """The first of `places` on PATH.

    Raises:
        BrowserMissing: none is there.
    """
    found = _first(places, environ)
    if found is None:
        raise BrowserMissing("No Firefox found (firefox-esr or firefox on PATH): apt-get install firefox-esr")
    return found


def _first(places: tuple[str, ...], environ: Mapping[str, str]) -> Path | None:
    found = (shutil.which(place, path=environ.get("PATH", "")) for place in places)
    return next((Path(program) for program in found if program), None)


def _playwright_build(environ: Mapping[str, str]) -> Path | None:
    cache = Path(environ.get("HOME", "/nonexistent"), ".cache/ms-playwright")
    folder = Path(environ.get("PLAYWRIGHT_BROWSERS_PATH") or cache)
    builds = [program for pattern in PLAYWRIGHT_BUILDS for program in sorted(folder.glob(pattern))]
    return next((program for program in reversed(builds) if os.access(program, os.X_OK)), None)


if __name__ == "__main__":
    try:
        print(find_chromium())
    except BrowserMissing as missing:
        sys.exit(str(missing))
