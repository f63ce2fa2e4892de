"""Synonyms that lead nowhere, or in two directions."""

from collections import Counter
from collections.abc import Iterator

from backend.city.checks.known import Known
from backend.city.items import Item
from backend.city.models import Synonym


def check_synonym(synonym: Synonym, known: Known) -> Iterator[str]:
    for field, texts in (("words", synonym.words), ("means", synonym.means)):
        if not texts or not all(text.strip() for text in texts):
            yield f"{field}: is empty"
        yield from (f"{field}: {text} is named twice" for text, times in Counter(texts).items() if times > 1)
    elsewhere = {word: each.code for each in known.all(Synonym) if each is not synonym for word in each.words}
    yield from (f"words: {word} is also in {elsewhere[word]}" for word in synonym.words if word in elsewhere)
    names = [name.lower() for item in known.all(Item) for name in (item.title.zh, item.title.en or "", *item.aliases)]
    for text in synonym.means if known.complete("items") else ():
        if not any(text.lower() in name for name in names):
            yield f"means: {text} is part of no item's name"
