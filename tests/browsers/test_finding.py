"""Browsers are found where they usually are; a missing one is told, and only Firefox may be missing."""

from pathlib import Path

import pytest

from tests.browsers.finding import BrowserMissing, find_chromium, find_firefox


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_chromium_path_wins(tmp_path: Path) -> None:
    wanted = program(tmp_path / "mine" / "browser")
    program(tmp_path / "chromium")

    assert find_chromium({"CHROMIUM_PATH": str(wanted), "PATH": str(tmp_path)}) == wanted


def test_a_chromium_path_that_is_none_is_told_rather_than_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "chromium")

    with pytest.raises(BrowserMissing, match="CHROMIUM_PATH=/nowhere"):
        find_chromium({"CHROMIUM_PATH": "/nowhere", "PATH": str(tmp_path)})


def test_chromium_is_found_on_the_path(tmp_path: Path) -> None:
    chrome = program(tmp_path / "google-chrome")

    assert find_chromium({"PATH": str(tmp_path)}, places=("chromium", "google-chrome")) == chrome


def test_chromium_is_found_where_playwright_keeps_its_newest(tmp_path: Path) -> None:
    program(tmp_path / ".cache/ms-playwright/chromium-1100/chrome-linux/chrome")
    newest = program(tmp_path / ".cache/ms-playwright/chromium-1255/chrome-linux64/chrome")

    assert find_chromium({"PATH": "", "HOME": str(tmp_path)}, places=("chromium",)) == newest


def test_a_missing_chromium_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(BrowserMissing, match=r"apt-get install chromium.*CHROMIUM_PATH"):
        find_chromium({"PATH": str(tmp_path), "HOME": str(tmp_path)}, places=("chromium",))


def test_firefox_is_found_on_the_path_or_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BrowserMissing, match="firefox-esr"):
        find_firefox({"PATH": str(tmp_path)})

    firefox = program(tmp_path / "firefox")

    assert find_firefox({"PATH": str(tmp_path)}) == firefox


def test_without_chromium_tests_fail(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM_PATH", "/nowhere")

    with pytest.raises(pytest.fail.Exception, match="CHROMIUM_PATH=/nowhere"):
        request.getfixturevalue("chromium_program")


def test_without_firefox_tests_are_skipped(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(pytest.skip.Exception, match="No Firefox found"):
        request.getfixturevalue("firefox_program")
