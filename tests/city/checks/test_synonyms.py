"""Synonyms that lead nowhere, or in two directions."""

from pathlib import Path

import pytest

from backend.city.check import check_pack
from backend.city.pack import read_pack
from tests.city.small_pack import Spoil, messages, put, small_pack, written


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (put(words=[]), "words: is empty"),
        (put(words=["驾照", " "]), "words: is empty"),
        (put(means=[]), "means: is empty"),
        (put(words=["驾照", "驾照"]), "words: 驾照 is named twice"),
        (put(means=["驾驶证", "驾驶证"]), "means: 驾驶证 is named twice"),
        (put(words=["驾照", "到期"]), "words: 到期 is also in expiry"),
        (put(means=["行驶证"]), "means: 行驶证 is part of no item's name"),
        (put(code="Driving Licence"), "code: is words of small letters joined by -"),
        (put(sources=["nobody"]), "sources: there is no nobody"),
        (put(sources=[]), "sources: it names none"),
    ],
)
def test_a_senseless_synonym_is_found(tmp_path: Path, spoil: Spoil, message: str) -> None:
    assert message in messages(tmp_path, "synonyms.yaml", "driving-licence", spoil)


def test_a_pack_may_have_none(tmp_path: Path) -> None:
    files = small_pack()
    del files["synonyms.yaml"]

    assert check_pack(written(files, tmp_path)) == []
    assert read_pack(tmp_path).synonyms == {}
