"""Sets a page: a template (.typ), the facts that fill it as JSON, and one font; the same facts give the same bytes.

What comes out is checked by the typesetter against PDF/A-2a (can be kept for ever) and PDF/UA-1 (can be read aloud).
"""

import lzma
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import msgspec
import typst

HERE = Path(__file__).parent
FONT = HERE / "fonts" / "NotoSansSC-Regular.ttf.xz"
_STANDARDS: "list[typst.PDFStandard]" = ["a-2a", "ua-1"]


class Typesetter:
    """Takes some 0.4 s to make, for the font; a page then takes milliseconds. May be called from any thread."""

    def __init__(self) -> None:
        font = lzma.decompress(FONT.read_bytes())
        self.characters = frozenset(_characters(font))
        self._busy = Lock()  # the compiler serves one at a time, and says so by an exception
        with TemporaryDirectory() as directory:  # Typst takes fonts from a folder; read once, it keeps them
            (Path(directory) / FONT.stem).write_bytes(font)
            fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[directory])
            self._compiler = typst.Compiler(font_paths=fonts, ignore_system_fonts=True)
            self._compiler.compile(b'#set text(font: "Noto Sans SC")\n.', format="pdf")

    def pdf(self, template: str, facts: msgspec.Struct) -> bytes:
        """The document of `facts`; a template gives its own date. A text may hold only what `characters` has."""
        source = (HERE / template).read_bytes()
        given = {"facts": msgspec.json.encode(facts).decode()}
        with self._busy:
            made = self._compiler.compile(source, format="pdf", sys_inputs=given, pdf_standards=_STANDARDS)
        if not isinstance(made, bytes):
            raise TypeError("not a single document")
        return made


@cache
def typesetter() -> Typesetter:
    return Typesetter()


def _characters(font: bytes) -> Iterator[int]:
    """Code points of the font's segmented coverage (OpenType, `cmap` subtable format 12)."""
    for table in range(struct.unpack_from(">H", font, 4)[0]):
        tag, _, cmap, _ = struct.unpack_from(">4sIII", font, 12 + 16 * table)
        if tag != b"cmap":
            continue
        for record in range(struct.unpack_from(">H", font, cmap + 2)[0]):
            subtable = cmap + struct.unpack_from(">4xI", font, cmap + 4 + 8 * record)[0]
            if struct.unpack_from(">H", font, subtable)[0] == 12:
                for group in range(struct.unpack_from(">I", font, subtable + 12)[0]):
                    first, last = struct.unpack_from(">II", font, subtable + 16 + 12 * group)
                    yield from range(first, last + 1)
