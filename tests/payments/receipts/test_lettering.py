"""Whoever's name it is, the paper says it: what the font lacks is written otherwise, never left out."""

import hashlib
import lzma
import re

import pytest

from backend.payments.receipts.lettering import printable
from pwa.documents.typesetting import FONT, typesetter

LETTERS = typesetter().characters


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("林晓雯", "林晓雯"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("王䶮", "王䶮"),  # extension A
        ("李𬭛", "李𬭛"),  # extension E, in the official table of 2013
        ("欧阳\U0002123c", "欧阳〔tǐng〕"),  # extension B: by its reading
        ("陈\U000e0100", "陈"),  # a variation selector has no shape of its own
        ("Nguyễn", "Nguyễn"),
        ("Ḧ", "H"),
        ("\u200f张\u202e三", "张三"),
        ("𠮷野", "〔U+20BB7〕野"),  # no reading is known
    ],
)
def test_names(name: str, printed: str) -> None:
    assert printable(name, LETTERS) == printed


def test_whatever_stands_in_can_itself_be_printed() -> None:
    rare = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x20000, 0x20800), *range(0x1F600, 0x1F640))]

    assert all(ord(character) in LETTERS for text in rare for character in printable(text, LETTERS))


def test_the_font_is_the_one_that_is_named() -> None:
    named = re.search(r"sha256, unpacked \| `(\w+)`", (FONT.parent / "README.md").read_text())

    assert named is not None
    assert hashlib.sha256(lzma.decompress(FONT.read_bytes())).hexdigest() == named[1]
