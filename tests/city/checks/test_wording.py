"""Guides that leave people guessing, and texts that are not what they claim."""

from pathlib import Path

import pytest

from backend.city.checks.wording import VAGUE
from tests.city.small_pack import ITEMS, LICENCE, RENEWAL, TYPES, Spoil, messages, put, text, within


@pytest.mark.parametrize("words", VAGUE)
def test_catch_all_words_are_found(tmp_path: Path, words: str) -> None:
    assert f"conditions[1]: vague wording “{words}”" in messages(
        tmp_path, ITEMS, RENEWAL, put(conditions=[text(f"身份证{words}")])
    )


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            within("materials", 0, name=text("证件", "Papers as required")),
            "materials[1].name: vague wording “as required”",
        ),
        (put(summary=text("办证", "Cards etc.")), "summary: vague wording “etc”"),
        (put(title=text("换证", "Renew 换证")), "title: the English text has Chinese characters"),
        (put(title=text(" ")), "title: the text is empty"),
        (put(title={"zh": "换证", "en": ""}), "title: the text is empty"),
    ],
)
def test_vague_empty_or_untranslated_texts_are_found(tmp_path: Path, spoil: Spoil, message: str) -> None:
    assert message in messages(tmp_path, ITEMS, RENEWAL, spoil)


def test_only_guides_are_held_to_plain_words(tmp_path: Path) -> None:
    assert messages(tmp_path, TYPES, LICENCE, put(issuer=text("公安机关等相关部门"))) == ""
