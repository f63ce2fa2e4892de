"""The English wording is complete and says the same thing with the same values."""

import re

import pytest
from babel.messages.catalog import Message

from pwa.catalogue import read
from pwa.views.shell import Locale
from tests.pwa.sources import sentences

ENGLISH = read(Locale.EN)
USED = [message for message in sentences() if message.id]
HOLES = re.compile(r"%\((\w+)\)s")


def forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else (str(text),)


def name(message: Message) -> str:
    return forms(message.id)[0]


@pytest.mark.parametrize("message", USED, ids=name)
def test_a_sentence_has_its_english(message: Message) -> None:
    translated = ENGLISH.get(message.id)

    assert translated is not None
    assert not translated.fuzzy
    assert all(forms(translated.string))
    assert not any(re.search(r"[\u4e00-\u9fff]", form) for form in forms(translated.string))
    assert {hole for form in forms(translated.string) for hole in HOLES.findall(form)} == set(
        HOLES.findall(name(message))
    )


def test_no_english_is_kept_for_a_sentence_that_is_gone() -> None:
    used = {message.id if isinstance(message.id, str) else tuple(message.id) for message in USED}
    kept = {message.id if isinstance(message.id, str) else tuple(message.id) for message in ENGLISH if message.id}

    assert kept - used == set()
