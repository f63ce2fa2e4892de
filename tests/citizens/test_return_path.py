"""After signing in one lands on a screen of ours, whatever the link said."""

import pytest

from backend.citizens.return_path import safe_return_path


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        "https://evil.example",
        "https:evil.example",
        "HtTpS:/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "@evil.example",
        "/.//evil.example",
        "/wallet\r\nSet-Cookie: sid=planted",
        "/wallet\x00",
        "/\u2028/evil.example",
        "/login?next=/login",
        "/logout/provider",
        "/" + "a" * 2000,
        "",
    ],
)
def test_another_site_is_never_led_to(elsewhere: str) -> None:
    assert safe_return_path(elsewhere) == "/"


def test_without_a_wish_it_is_the_first_screen() -> None:
    assert safe_return_path(None) == "/"


@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        ("/services?q=居住证&theme=1", "/services?q=%E5%B1%85%E4%BD%8F%E8%AF%81&theme=1"),
        ("/services/310100?back=//x#steps", "/services/310100?back=//x#steps"),
        ("/services?q=a%20b", "/services?q=a%20b"),
        ("/loginhelp", "/loginhelp"),
        ("/", "/"),
    ],
)
def test_a_path_of_ours_is_kept_with_its_query(wanted: str, location: str) -> None:
    assert safe_return_path(wanted) == location
