"""Recommendations need a yes; a no holds at once; every word is kept with the text it was said to."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

import notifications
from notifications.consent_texts import TEXTS, purpose_of, text_of
from notifications.consents import get_consents, list_consenting, list_refusing, list_words, say
from notifications.errors import ConsentTextChanged, UnknownPurpose
from notifications.models import Kind, Locale, Purpose
from tests.notifications.town import Town

RECOMMENDATIONS, FEATURES = Purpose.RECOMMENDATIONS, Purpose.FEATURES
PUBLISHED = {
    (RECOMMENDATIONS, 1): "c97f34adf3ca488ad21d2fca0d18a767e8515dbce34f3a0f199a0771ad258404",
    (FEATURES, 1): "684c57675b075009f5d794db161bf1f4a2ec151262e9679e016c4b859b43e5ad",
}


async def word(town: Town, me: UUID, purpose: Purpose, given: bool) -> bool:
    town.clock.at += timedelta(seconds=1)
    return await say(town.db, me, uuid4(), purpose, given=given, version=1, locale=Locale.ZH, now=town.clock.now())


async def test_a_recommendation_is_pushed_only_to_those_who_agreed(town: Town) -> None:
    agreed, _, refused = people = [uuid4() for _ in range(3)]
    phones = [await town.phone(person) for person in people]
    await word(town, agreed, RECOMMENDATIONS, True)
    await word(town, refused, RECOMMENDATIONS, True)
    await word(town, refused, FEATURES, False)

    messages = [await town.tell_one(person, kind=Kind.RECOMMENDATION, topic="policy") for person in people]
    await town.sender().run_once()

    assert [len(phone.messages) for phone in phones] == [1, 0, 0]
    assert [await town.state(each) for each in messages[1:]] == [("dropped", "no consent")] * 2


async def test_a_no_drops_what_is_queued_at_once_and_nothing_else(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    await word(town, me, RECOMMENDATIONS, True)
    recommendation = await town.tell_one(me, kind=Kind.RECOMMENDATION, topic="policy")
    reminder = await town.tell_one(me)

    await word(town, me, RECOMMENDATIONS, False)

    assert await town.state(recommendation) == ("dropped", "no consent")
    assert (await town.state(reminder))[0] == "queued"


async def test_what_nobody_said_is_no_for_recommendations_and_no_refusal(town: Town) -> None:
    me = uuid4()

    assert await get_consents(town.db, me) == {RECOMMENDATIONS: False, FEATURES: True}
    assert await list_consenting(town.db, [me]) == await list_refusing(town.db, [me]) == frozenset()
    assert await list_words(town.db, me) == []


async def test_the_last_word_counts_and_all_are_kept_with_their_text(town: Town) -> None:
    me, neighbour = uuid4(), uuid4()

    said = [await word(town, me, RECOMMENDATIONS, given) for given in (True, True, False, False, True)]

    assert said == [True, False, True, False, True]
    words = await list_words(town.db, me)
    assert [each.given for each in words] == [True, False, True]
    assert {(each.text_version, each.text_hash) for each in words} == {(1, text_of(RECOMMENDATIONS, 1).hash)}
    assert words[0].said_at == town.clock.now()
    assert await list_consenting(town.db, [me, neighbour]) == {me}


async def test_refusing_the_use_of_features_ends_recommendations_too_until_taken_back(town: Town) -> None:
    me = uuid4()
    await word(town, me, RECOMMENDATIONS, True)

    await word(town, me, FEATURES, False)
    assert [await list_consenting(town.db, [me]), await list_refusing(town.db, [me])] == [set(), {me}]
    await word(town, me, FEATURES, True)

    assert [await list_consenting(town.db, [me]), await list_refusing(town.db, [me])] == [{me}, set()]


async def test_a_yes_is_to_the_text_of_today_and_a_no_to_any(town: Town) -> None:
    me, now = uuid4(), town.clock.now()

    with pytest.raises(ConsentTextChanged):
        await say(town.db, me, uuid4(), RECOMMENDATIONS, given=True, version=0, locale=Locale.EN, now=now)
    await say(town.db, me, uuid4(), FEATURES, given=False, version=0, locale=Locale.EN, now=now)

    (refusal,) = await list_words(town.db, me)
    assert (refusal.purpose, refusal.given, refusal.locale) == (FEATURES, False, Locale.EN)


def test_a_text_that_was_shown_never_changes() -> None:
    """Whoever changes one writes a successor; what people agreed to is what they read."""
    assert {(text.purpose, text.version): text.hash.hex() for texts in TEXTS.values() for text in texts} == PUBLISHED


@pytest.mark.parametrize("purpose", Purpose)
def test_versions_count_from_one_and_speak_both_languages(purpose: Purpose) -> None:
    assert [text.version for text in TEXTS[purpose]] == list(range(1, len(TEXTS[purpose]) + 1))
    for text in TEXTS[purpose]:
        assert len(text.lines_zh) == len(text.lines_en) > 0
        assert text.title_zh
        assert text.title_en.isascii()


def test_an_unknown_text_is_refused() -> None:
    with pytest.raises(UnknownPurpose):
        purpose_of("everything")
    with pytest.raises(UnknownPurpose):
        text_of(FEATURES, 99)


def test_no_statement_changes_or_removes_a_word() -> None:
    root = Path(notifications.__file__).parents[1]
    sources = [path for part in ("backend", "notifications") for path in (root / part).rglob("*.py")]

    assert [path for path in sources if re.search(r"(UPDATE|DELETE FROM)\s+consents\b", path.read_text())] == []
