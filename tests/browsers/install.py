"""Makes sure that there is a browser for the tests: an installed one, else one that can be had, else it says so."""

import os
import shutil
import subprocess
import sys

from tests.browsers.finding import BrowserMissing, find_chromium


def main() -> None:
    """Prints which Chromium the tests use; exits 1 with what to do when there is none and none can be had."""
    for attempt in (_playwright, _apt):
        try:
            print(f"Chromium: {find_chromium()}")
        except BrowserMissing:
            attempt()
        else:
            return
    try:
        print(f"Chromium: {find_chromium()}")
    except BrowserMissing as missing:
        sys.exit(str(missing))


def _playwright() -> None:
    print("No Chromium is installed; asking Playwright for one …", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, timeout=300)


def _apt() -> None:
    """Debian's Chromium, with a Chinese font for the screenshots; needs root."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Debian's Chromium …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    packages = ["chromium", "fonts-noto-cjk"]
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *command], check=False, env=environment, timeout=600)


if __name__ == "__main__":
    main()
