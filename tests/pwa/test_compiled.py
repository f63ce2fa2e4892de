"""Templates that were compiled before are used again, unless anything has changed that they are made of."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

from pwa import compiled, rendering
from pwa.views.shell import Locale


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    rendering.environment.cache_clear()
    yield tmp_path
    rendering.environment.cache_clear()


def kept(directory: Path) -> list[Path]:
    return sorted(directory.rglob("suishenban-*"))


def start(locale: Locale = Locale.ZH) -> Environment:
    """The templates as a new process has them."""
    rendering.environment.cache_clear()
    return rendering.environment(locale)


def test_what_was_compiled_is_not_compiled_again(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = start().get_template("home/home.html")
    monkeypatch.setattr(Environment, "_generate", lambda *_, **__: pytest.fail("compiled again"))

    again = start().get_template("home/home.html")

    assert kept(directory)
    assert sorted(again.blocks) == sorted(first.blocks)


def test_each_language_has_its_own(directory: Path) -> None:
    start(Locale.ZH).get_template("home/home.html")
    chinese = kept(directory)
    start(Locale.EN).get_template("home/home.html")

    assert len(kept(directory)) == 2 * len(chinese) > 0


def test_what_templates_are_made_of_decides(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start().get_template("home/home.html")
    before = kept(directory)
    monkeypatch.setattr(compiled, "_made_of", lambda: "another icon")

    start().get_template("home/home.html")

    assert len(kept(directory)) == 2 * len(before) > 0


def test_what_older_versions_left_goes_after_a_month(directory: Path) -> None:
    for name in ("home/home.html", "core/base.html"):
        start().get_template(name)
    old, *recent = kept(directory)
    day = 24 * 3600
    stranger = old.with_name("another-program.cache")
    stranger.touch()
    for file, age in ((old, 31 * day), (stranger, 31 * day), (recent[0], 29 * day)):
        os.utime(file, (time.time() - age,) * 2)

    start()

    assert kept(directory) == recent != []
    assert stranger.exists()


def test_where_nothing_can_be_kept_pages_are_drawn_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/proc/nowhere")

    assert start().get_template("home/home.html").blocks

    rendering.environment.cache_clear()
