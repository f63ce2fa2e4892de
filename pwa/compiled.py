"""Compiled templates, kept between starts: to compile them all takes a processor two seconds."""

import hashlib
import time
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from pwa.views.shell import Locale

_PWA = Path(__file__).parent
_PATTERN = "suishenban-%s"
_KEPT_S = 30 * 24 * 3600


class Compiled(FileSystemBytecodeCache):
    """One of a language, in the directory that Jinja keeps for each user of a machine; nothing lies there that cannot
    be made again.
    """

    def __init__(self, locale: Locale) -> None:
        """Raises RuntimeError or OSError where there is no such directory."""
        super().__init__(pattern=_PATTERN)
        self._locale = locale

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Of another language, or of anything else that templates are made of, it is another one."""
        return hashlib.sha256(f"{_made_of()}\0{self._locale}\0{name}".encode()).hexdigest()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """A full disk holds nobody up."""
        try:
            super().dump_bytecode(bucket)
        except OSError:
            return


def compiled(locale: Locale) -> Compiled | None:
    """None where nothing can be kept: then templates are compiled at every start. What older versions left goes."""
    try:
        kept = Compiled(locale)
    except (RuntimeError, OSError):
        return None
    _forget_old(Path(kept.directory), time.time() - _KEPT_S)
    return kept


def _forget_old(directory: Path, before: float) -> None:
    """What is still of use and goes with it is compiled again, once a month."""
    with suppress(OSError):
        for file in directory.glob(_PATTERN % "*"):
            with suppress(OSError):  # another process may be faster
                if file.stat().st_mtime < before:
                    file.unlink()


@cache
def _made_of() -> str:
    """What the compiler writes into a template as a constant: icons, words, addresses of files, by their content."""
    digest = hashlib.sha256(version("jinja2").encode())
    for path in sorted(_PWA.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(_PWA)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()
