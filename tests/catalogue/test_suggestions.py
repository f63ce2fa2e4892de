"""While somebody types, a few items that may be meant: quickly, and never an error for odd input."""

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalogue.conftest import Counting

PATH = "/api/suggestions"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("居住证签", "居住证签注"),
        ("shenf", "居民身份证换领"),
        ("驾", "机动车驾驶证期满换证"),
        ("驾照到", "机动车驾驶证期满换证"),
        ("公积", "住房公积金提取"),
        ("passp", "普通护照换发、补发"),
        ("老人", "老年综合津贴"),
    ],
)
async def test_what_is_meant_is_suggested_before_it_is_typed_out(
    client: httpx.AsyncClient, typed: str, meant: str
) -> None:
    found = (await client.get(PATH, params={"q": typed})).json()["items"]

    assert meant in [each["title"]["zh"] for each in found]
    assert all(each["url"] == f"/services/{each['code']}" for each in found)


async def test_a_suggestion_takes_one_statement_and_may_be_kept_a_while(
    client: httpx.AsyncClient, indexed: Counting
) -> None:
    answer = await client.get(PATH, params={"q": "证"})

    assert indexed.sent == 1
    assert len(answer.json()["items"]) == 8
    assert answer.headers["cache-control"] == "public, max-age=300"


async def test_words_to_be_marked_include_what_is_meant(client: httpx.AsyncClient) -> None:
    assert {"驾照", "驾驶证"} <= set((await client.get(PATH, params={"q": "驾照"})).json()["marks"])


@pytest.mark.parametrize("typed", ["", "  ", "🙂", "的", "量子纠缠"])
async def test_nothing_is_suggested_for_nothing(client: httpx.AsyncClient, typed: str) -> None:
    assert (await client.get(PATH, params={"q": typed})).json()["items"] == []


async def test_too_much_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get(PATH, params={"q": "a" * 10_000})

    assert (answer.status_code, answer.json()["code"]) == (400, "catalogue.query_too_long")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=80) | st.text("居住证护照身份驾换领abcdefghijz '%_\\\x00<>", max_size=66))
async def test_nothing_that_can_be_typed_breaks_it(client: httpx.AsyncClient, typed: str) -> None:
    for path in (PATH, "/api/items?explain=1"):
        answer = await client.get(path, params={"q": typed.encode("utf-8", "replace").decode()})

        assert answer.status_code in {200, 400}
