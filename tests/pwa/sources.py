"""Every sentence of the interface, collected from the templates and the Python that words them."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

import pwa

ROOT = Path(pwa.__file__).parent
METHODS = [("**/templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "trim_blocks": "true"}}


def sentences() -> Catalog:
    found = Catalog(locale="en")
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    for _file, _line, message, _comments, context in extract_from_dir(ROOT, METHODS, OPTIONS, keywords):
        found.add(message, context=context)
    return found
