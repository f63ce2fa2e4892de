"""The web app manifest, in the reader's language."""

from msgspec import json

from pwa.assets import asset
from pwa.catalogue import translations
from pwa.views.shell import CityFace, Locale
from pwa.words import Words

CONTENT_TYPE = "application/manifest+json; charset=utf-8"


def manifest(city: CityFace, locale: Locale) -> bytes:
    """/manifest.webmanifest. Icons once for any use and once maskable; shortcuts to what is opened most."""
    _ = translations(locale).gettext
    words = Words(locale, translations(locale))
    name, product = words.plain(city.name), words.plain(city.product)
    shortcuts = ((_("办事"), "/services"), (_("证照"), "/wallet"), (_("消息"), "/messages"))
    return json.encode(
        {
            "id": "/",
            "name": f"{name} {product}",
            "short_name": name,
            "description": _("查得到、办得成、到期有人提醒的城市服务"),
            "lang": locale.value,
            "dir": "ltr",
            "start_url": "/?from=home-screen",
            "scope": "/",
            "display": "standalone",
            "background_color": "#F2F4F7",
            "theme_color": "#F2F4F7",
            "categories": ["government", "utilities"],
            "icons": [
                {"src": asset(f"{kind}-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
                for kind, purpose in (("icon", "any"), ("maskable", "maskable"))
                for size in (192, 512)
            ],
            "shortcuts": [{"name": label, "url": url} for label, url in shortcuts],
        }
    )
