"""`explain=1` says how a query was understood, and the parts of every score."""

import httpx
import pytest

from tests.catalogue.conftest import Counting

LOST = "CN-identity-card-replacement"


async def test_a_query_is_told_as_it_was_understood(client: httpx.AsyncClient) -> None:
    found = (await client.get("/api/items", params={"q": "我的身份证丢了", "explain": "1"})).json()

    pieces = [(each["typed"], each["understood_as"], each["needed"]) for each in found["understood"]]
    assert pieces == [("身份证", "word", True), ("丢了", "word", True)]
    assert "补领" in found["understood"][1]["looked_for"]


async def test_a_hit_tells_which_word_matched_where_and_by_which_synonym(client: httpx.AsyncClient) -> None:
    found = (await client.get("/api/items", params={"q": "驾照 丢了", "explain": "1", "limit": 1})).json()

    (hit,) = found["items"]
    assert hit["code"] == "CN-driving-licence-replacement"
    licence, lost = hit["why"]["words"]
    assert (licence["typed"], licence["word"], licence["place"]) == ("驾照", "驾驶证", "title")
    assert licence["synonym"] == "driving-licence"
    assert (lost["typed"], lost["word"], lost["synonym"]) == ("丢了", "遗失", "lost")


@pytest.mark.parametrize("q", ["驾照", "居住证签注", "jzz", "passport renewal", "户口", "居主证", "身份证丢了怎么办"])
async def test_a_score_is_the_sum_of_its_parts_and_decides_the_order(client: httpx.AsyncClient, q: str) -> None:
    found = (await client.get("/api/items", params={"q": q, "explain": "1", "limit": 100})).json()

    whys = [hit["why"] for hit in found["items"]]
    for why in whys:
        words = sum(reason["points"] for reason in why["words"])
        assert why["score"] == words + why["whole_name"] + why["importance"] + why["title_length"]
    scores = [why["score"] for why in whys]
    assert scores == sorted(scores, reverse=True)
    assert scores


async def test_with_reasons_the_same_items_come_in_the_same_order(client: httpx.AsyncClient, indexed: Counting) -> None:
    plain = (await client.get("/api/items", params={"q": "社保", "limit": 7})).json()
    indexed.sent = 0
    explained = (await client.get("/api/items", params={"q": "社保", "limit": 7, "explain": "1"})).json()

    for hit in explained["items"]:
        del hit["why"]
    del explained["understood"]
    assert explained == plain
    assert indexed.sent == 2


@pytest.mark.parametrize("q", ["", "🙂", "量子纠缠"])
async def test_where_nothing_was_named_or_found_there_is_nothing_to_explain(client: httpx.AsyncClient, q: str) -> None:
    answer = await client.get("/api/items", params={"q": q, "explain": "1"})

    assert answer.status_code == 200
    assert all("why" not in hit for hit in answer.json()["items"])


async def test_only_yes_and_no_are_understood(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/items", params={"explain": "maybe"})

    assert (answer.status_code, answer.json()["code"]) == (400, "catalogue.choice_unknown")
