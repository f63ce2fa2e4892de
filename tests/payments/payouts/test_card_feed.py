"""Cards come as a feed, too: sealed, corrected, withdrawn; what a holder had given becomes the department's."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from backend.departments.answers import Answer
from backend.departments.feeds import take_feed
from backend.departments.models import DepartmentKey
from backend.payments.payouts.card_feed import CardFeed
from backend.payments.payouts.cards import add_card, list_cards
from tests.departments.conftest import town
from tests.departments.feeding import Town, codes, lines_of, ndjson, person, stream
from tests.entitlements.conftest import CARD, OTHER_CARD

__all__ = ["town"]


def card_line(n: int, number: str = CARD, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"C-{n}",
        "kind": "social-security",
        "holder": person(n),
        "number": number,
        "updated_at": "2026-11-01T08:00:00+08:00",
    } | fields


async def feed(town: Town, key: DepartmentKey, lines: Iterable[dict[str, Any]]) -> Answer:
    taken = CardFeed(key, town.keyring)
    return (await take_feed(town.db, taken, key.department_id, stream(ndjson(lines)), town.clock)).answer("en")


async def owner_of(town: Town) -> UUID:
    return UUID(str(await town.db.fetchval("SELECT subject_id FROM bank_cards LIMIT 1")))


async def test_a_card_is_kept_once_and_sealed(town: Town) -> None:
    key = await town.department("cards:social-security")
    first = await feed(town, key, [card_line(1), card_line(2, OTHER_CARD)])
    again = await feed(town, key, [card_line(1), card_line(2, OTHER_CARD)])

    assert lines_of(first.accepted.lines) == [1, 2]
    assert lines_of(again.unchanged.lines) == [1, 2]
    assert await town.db.fetchval("SELECT count(*) FROM bank_cards") == 2
    sealed = await town.db.fetch("SELECT number_enc FROM bank_cards")
    assert not any(CARD.encode() in row["number_enc"] for row in sealed)


async def test_a_corrected_and_a_withdrawn_number_is_offered_no_more(town: Town) -> None:
    key = await town.department("cards:*")
    await feed(town, key, [card_line(1)])
    owner = await owner_of(town)
    await feed(town, key, [card_line(1, OTHER_CARD, updated_at="2026-11-02T08:00:00+08:00")])
    corrected = [card.last_four for card in await list_cards(town.db, owner)]
    await feed(town, key, [card_line(1, OTHER_CARD, withdrawn=True, updated_at="2026-11-03T08:00:00+08:00")])
    withdrawn = await list_cards(town.db, owner)
    await feed(town, key, [card_line(1, CARD, updated_at="2026-11-04T08:00:00+08:00")])
    back = [card.last_four for card in await list_cards(town.db, owner)]

    assert (corrected, withdrawn, back) == (["0122"], [], ["0128"])


async def test_what_the_holder_had_given_becomes_the_departments_and_stays_one_card(town: Town) -> None:
    key = await town.department("cards:*")
    await feed(town, key, [card_line(1)])
    owner = await owner_of(town)
    async with town.db.transaction() as tx:
        theirs = await add_card(tx, town.keyring, owner, OTHER_CARD, town.clock.now())
        same = await add_card(tx, town.keyring, owner, CARD, town.clock.now())
    await feed(town, key, [card_line(3, OTHER_CARD, holder=person(1))])
    cards = await list_cards(town.db, owner)

    assert {card.card_id for card in cards} == {theirs, same}
    assert {card.source for card in cards} == {f"department:{key.department_id}"}


async def test_lines_that_do_not_hold_are_refused_with_their_reason(town: Town) -> None:
    key = await town.department("cards:social-security")
    answer = await feed(
        town,
        key,
        [
            card_line(1, "6222021234567890129"),
            card_line(2, kind="bank"),
            card_line(3, updated_at="2027-11-01T08:00:00+08:00"),
        ],
    )

    assert codes(answer) == [(1, "bad_card_number"), (2, "out_of_scope"), (3, "in_future")]
    assert CARD[:6] not in str(answer)
