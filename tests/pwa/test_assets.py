"""Files are immutable under their names, compressed well, and light."""

import gzip
import hashlib
import re
import subprocess
from pathlib import Path

import brotli
import msgspec
import pytest
from playwright._impl._driver import compute_driver_executable

from pwa.assets import STATIC, asset, assets, icons, lookup, service_worker
from pwa.csp import CONTENT_SECURITY_POLICY
from pwa.examples.frame import SHANGHAI
from pwa.examples.screens import SCREENS
from pwa.icons import icon
from pwa.manifest import manifest
from pwa.rendering import TEMPLATES
from pwa.vendoring import RECORD, Vendored, sprite, symbol
from pwa.views.shell import Locale, Mode, Theme
from tests.pwa.site import ALL_SCREENS, draw

KB = 1024
FIRST_VIEW_TARGET = 50 * KB
HTML_TARGET, CSS_TARGET, JS_TARGET, ICONS_TARGET = 8 * KB, 8 * KB, 18 * KB, 4 * KB

# Variants that look as their component does without one.
DEFAULT_LOOKS = {
    *("icon-tile--accent", "chip--neutral", "note--info", "segments--running", "licence--neutral"),
    *("licence-chip--quiet", "message-row", "steps"),
}


STYLE = "".join(assets()[name].body.decode() for name in ("app.css", "desk.css"))


def weight(name: str) -> int:
    twin = assets()[name].br
    assert twin is not None
    return len(twin)


@pytest.mark.parametrize("name", sorted(assets()))
def test_a_name_carries_the_hash_of_the_content(name: str) -> None:
    made = assets()[name]
    stem, suffix = name.rsplit(".", 1)

    assert made.url == f"/static/{stem}.{hashlib.sha256(made.body).hexdigest()[:8]}.{suffix}"
    assert lookup(made.url) is made
    assert lookup(f"/static/{name}") is None


@pytest.mark.parametrize("name", sorted(name for name, made in assets().items() if made.compressible))
def test_the_twins_hold_the_same_bytes(name: str) -> None:
    made = assets()[name]

    assert made.br is not None
    assert made.gz is not None
    assert brotli.decompress(made.br) == gzip.decompress(made.gz) == made.body
    assert len(made.br) < len(made.body)


def test_pictures_are_not_compressed_again() -> None:
    assert assets()["icon-192.png"].br is None


def test_an_unknown_file_has_no_address() -> None:
    with pytest.raises(KeyError):
        asset("missing.css")


def test_budgets_hold() -> None:
    assert weight("app.css") <= CSS_TARGET
    assert weight("desk.css") <= CSS_TARGET // 2
    assert weight("app.js") <= JS_TARGET
    assert weight("icons.svg") <= ICONS_TARGET


@pytest.mark.parametrize("name", SCREENS)
def test_a_first_view_is_light(name: str) -> None:
    shared = weight("app.css") + weight("app.js") + weight("icons.svg") + weight("icon.svg")
    html = len(brotli.compress(draw(name, Locale.ZH, Mode.STANDARD, Theme.AUTO), quality=5))

    assert html <= HTML_TARGET
    assert html + shared <= FIRST_VIEW_TARGET


def test_the_style_loads_nothing_from_elsewhere() -> None:
    assert "@import" not in STYLE
    assert "@font-face" not in STYLE
    assert all(url.startswith('"data:image/svg+xml,') for url in re.findall(r"url\(([^)]{0,24})", STYLE))


def test_every_value_of_the_style_is_defined() -> None:
    assert set(re.findall(r"var\((--[\w-]+)", STYLE)) <= set(re.findall(r"(--[\w-]+):", STYLE))


def test_every_class_in_a_template_has_a_style() -> None:
    html = "".join(draw(name, Locale.ZH, mode, Theme.AUTO).decode() for name in ALL_SCREENS for mode in Mode)
    used = {one for classes in re.findall(r'class="([^"]*)"', html) for one in classes.split()}
    unstyled = {one for one in used if f".{one}" not in STYLE}

    assert unstyled <= DEFAULT_LOOKS


def test_icons_named_in_templates_exist() -> None:
    sources = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    named = set(re.findall(r'"([a-z0-9-]+)"\|icon', sources))

    assert named
    assert named <= set(icons())


def test_an_icon_that_the_sprite_lacks_becomes_a_sheet_of_paper() -> None:
    assert icon("no-such-icon") == icon("file-text")


def test_vendored_files_are_what_was_recorded() -> None:
    record = msgspec.json.decode(RECORD.read_bytes(), type=Vendored)

    assert {name: hashlib.sha256((STATIC / name).read_bytes()).hexdigest() for name in record.files} == record.files
    assert {name for names in record.sprites.values() for name in names} == set(icons())
    assert "ISC License" in (STATIC / "vendor" / "lucide-LICENSE.txt").read_text()


def test_a_symbol_joins_the_paths_of_an_icon(tmp_path: Path) -> None:
    svg = '<svg><path d="M1 2h3" /><path d="m4 5 1-1" /><circle cx="2" cy="2" r="1" /></svg>'
    (tmp_path / "icons").mkdir()
    (tmp_path / "icons" / "a.svg").write_text(svg)

    drawn = '<symbol id="a" viewBox="0 0 24 24"><circle cx="2" cy="2" r="1"/><path d="M1 2h3M4 5l1-1"/></symbol>'

    assert symbol("a", svg) == drawn
    assert drawn in sprite(tmp_path, ("a",))


def test_scripts_are_sound(tmp_path: Path) -> None:
    node = compute_driver_executable()[0]
    for made in (assets()["app.js"], service_worker()):
        script = tmp_path / "script.js"
        script.write_bytes(made.body)
        assert subprocess.run([node, "--check", script], capture_output=True, text=True, check=False).stderr == ""


def test_the_service_worker_names_files_that_exist() -> None:
    facts = msgspec.json.decode(service_worker().body.split(b"const SHELL = ", 1)[1].split(b";\n", 1)[0])

    assert "/offline" in facts["precache"]
    assert all(path == "/offline" or lookup(path) for path in [*facts["precache"], facts["icon"], facts["badge"]])


@pytest.mark.parametrize("locale", Locale)
def test_the_manifest_installs(locale: Locale) -> None:
    told = msgspec.json.decode(manifest(SHANGHAI, locale))

    assert told["lang"] == locale
    assert told["display"] == "standalone"
    assert {(icon["sizes"], icon["purpose"]) for icon in told["icons"]} == {
        (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
    }
    assert all(lookup(icon["src"]) for icon in told["icons"])


def test_the_policy_lets_nothing_in() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
