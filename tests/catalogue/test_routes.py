"""GET /api/items and GET /api/items/{code}: one statement, clear refusals, nothing sent twice."""

from datetime import UTC, datetime
from urllib.parse import quote

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from backend.catalogue.service import index_items
from backend.city.city import City
from backend.city.pack import SHANGHAI, read_pack
from backend.city.service import load_pack, read_city
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from tests.catalogue.conftest import HANDLERS, Counting
from tests.hall import Hall

RENEWAL = "CN-driving-licence-renewal"


async def test_a_search_answers_with_entries_cursor_and_total(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/items", params={"q": "驾驶证", "limit": 2})

    found = answer.json()
    assert answer.headers["content-type"].startswith("application/json")
    assert found["items"][0]["title"]["zh"] == "机动车驾驶证期满换证"
    assert found["items"][0]["url"] == f"/services/{RENEWAL}"
    assert len(found["items"]) == 2
    assert found["total"] > 2
    assert found["next"]


async def test_following_the_cursor_ends_with_null(client: httpx.AsyncClient, city: City) -> None:
    codes: list[str] = []
    after: str | None = ""
    while after is not None:
        page = (await client.get("/api/items", params={"limit": 100, "after": after})).json()
        codes += [entry["code"] for entry in page["items"]]
        after = page["next"]

    assert codes == list(city.items)


@pytest.mark.parametrize(
    "path",
    [
        "/api/items",
        "/api/items?q=居住证",
        "/api/items?q=jzz&theme=documents&subject=person&department=sh-police&limit=5",
    ],
)
async def test_a_list_takes_one_statement(client: httpx.AsyncClient, indexed: Counting, path: str) -> None:
    answer = await client.get(path)

    assert answer.status_code == 200
    assert indexed.sent == 1


async def test_an_item_of_the_current_pack_takes_no_statement(client: httpx.AsyncClient, indexed: Counting) -> None:
    answer = await client.get(f"/api/items/{RENEWAL}")

    document = answer.json()
    assert document["title"]["zh"] == "机动车驾驶证期满换证"
    assert document["version"] == 1
    assert document["related"]["department"]["name"]["zh"] == "公安机关交通管理部门"
    assert document["related"]["fees"][0]["amount_fen"] == 1000
    assert indexed.sent == 0


async def test_every_item_has_a_document_that_holds_its_facts(client: httpx.AsyncClient, city: City) -> None:
    for code, item in city.items.items():
        document = (await client.get(f"/api/items/{quote(code)}")).json()

        assert document["url"] == f"/services/{code}"
        facts = msgspec.json.decode(msgspec.json.encode(item))
        assert {name: document[name] for name in facts} == facts


@pytest.mark.parametrize("path", ["/api/items", "/api/items?q=jzz", f"/api/items/{RENEWAL}"])
async def test_what_the_client_already_has_is_not_sent_again(client: httpx.AsyncClient, path: str) -> None:
    first = await client.get(path)

    again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
    other = await client.get(path, headers={"If-None-Match": 'W/"something-else"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert other.status_code == 200


BAD = [
    ("q=" + "a" * 10_000, "catalogue.query_too_long"),
    ("q=" + "a" * 65, "catalogue.query_too_long"),
    ("theme=nowhere", "catalogue.theme_unknown"),
    ("theme=%00", "catalogue.theme_unknown"),
    ("department=nobody", "catalogue.department_unknown"),
    ("subject=robot", "catalogue.choice_unknown"),
    ("reach=moon", "catalogue.choice_unknown"),
    ("limit=-1", "catalogue.limit_out_of_range"),
    ("limit=0", "catalogue.limit_out_of_range"),
    ("limit=101", "catalogue.limit_out_of_range"),
    ("limit=1000000000", "catalogue.limit_out_of_range"),
    ("limit=" + "9" * 5000, "catalogue.limit_out_of_range"),
    ("limit=ten", "catalogue.limit_out_of_range"),
    ("limit=1.5", "catalogue.limit_out_of_range"),
    ("limit=%EF%BC%95", "catalogue.limit_out_of_range"),
    ("after=x", "catalogue.cursor_malformed"),
    ("after=" + "A" * 22, "catalogue.cursor_stale"),
    ("after=%F0%9F%99%82", "catalogue.cursor_malformed"),
]


@pytest.mark.parametrize(("query", "code"), BAD)
async def test_a_bad_parameter_is_refused_with_its_reason(client: httpx.AsyncClient, query: str, code: str) -> None:
    answer = await client.get(f"/api/items?{query}", headers={"Accept-Language": "en"})

    problem = answer.json()
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert problem["code"] == code
    assert len(problem["detail"]) > 20


async def test_a_cursor_for_other_words_is_refused(client: httpx.AsyncClient) -> None:
    first = (await client.get("/api/items", params={"q": "登记", "limit": 3})).json()

    answer = await client.get("/api/items", params={"q": "许可", "after": first["next"]})

    assert (answer.status_code, answer.json()["code"]) == (400, "catalogue.cursor_stale")


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=a%00b%07",
        "q='; DROP TABLE item_search; --",
        "q=<script>alert(1)</script>",
        "q=%F0%9F%99%82",
        "q=%FF%FE",
        "q=%ED%A0%80",
        "q=%25%25",
        "q=a|b&c=!(",
        "q=\\",
        "q=a&q=b",
        "q=&theme=&subject=&limit=&after=",
        "unknown=1",
        "q",
        "=",
    ],
)
async def test_odd_input_is_searched_or_finds_nothing(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/api/items?{query}")

    assert answer.status_code == 200
    assert set(answer.json()) == {"items", "next", "total"}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.fixed_dictionaries(
        {},
        optional={
            name: st.text(max_size=80) | st.sampled_from(["证", "1", "person", "documents"])
            for name in ("q", "theme", "subject", "department", "reach", "limit", "after")
        },
    )
)
async def test_nothing_that_can_be_typed_breaks_it(client: httpx.AsyncClient, values: dict[str, str]) -> None:
    typed = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in values.items())

    for path in ("/api/items", "/services"):
        assert (await client.get(f"{path}?{typed}")).status_code in {200, 400}


@pytest.mark.parametrize("code", ["nowhere", "%00", "..", "%F0%9F%99%82", "x" * 3000, "'%20OR%201=1"])
async def test_an_unknown_item_is_not_found(client: httpx.AsyncClient, code: str) -> None:
    answer = await client.get(f"/api/items/{code}/" if code == ".." else f"/api/items/{code}")

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("path", ["/api/items/a%00?version=2", "/services/a%00?version=2"])
async def test_what_is_no_text_is_refused_before_it_is_looked_for(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 400


@pytest.mark.parametrize(
    ("version", "status"),
    [("1", 200), ("2", 404), ("999999999", 404), ("0", 400), ("-1", 400), ("x", 400), ("9" * 30, 400)],
)
async def test_a_version_is_there_or_it_is_not(client: httpx.AsyncClient, version: str, status: int) -> None:
    assert (await client.get(f"/api/items/{RENEWAL}", params={"version": version})).status_code == status


async def test_an_old_version_reads_the_same_after_the_item_has_changed(
    db: Database, redis: Redis, clock: FixedClock, keyring: Keyring
) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    pack = read_pack(SHANGHAI)
    await load_pack(db, pack, now)
    resources = {"db": db, "redis": redis, "clock": clock, "keyring": keyring}
    async with Hall(HANDLERS, **resources, city=await read_city(db)).browser() as browser:
        before = (await browser.get(f"/api/items/{RENEWAL}")).json()
    changed = msgspec.structs.replace(pack.items[RENEWAL], aliases=("换驾照",))
    await load_pack(db, msgspec.structs.replace(pack, items={**pack.items, RENEWAL: changed}), now)
    city = await read_city(db)
    async with db.transaction() as tx:
        await index_items(tx, city)

    async with Hall(HANDLERS, **resources, city=city).browser() as browser:
        old = (await browser.get(f"/api/items/{RENEWAL}", params={"version": 1})).json()
        current = (await browser.get(f"/api/items/{RENEWAL}")).json()
        listed = (await browser.get("/api/items", params={"q": "换驾照"})).json()["items"][0]

    related = old.pop("related"), before.pop("related")
    assert old == before
    assert [each["current_version"] for each in related] == [2, 1]
    assert (current["version"], current["aliases"]) == (2, ["换驾照"])
    assert (listed["code"], listed["version"]) == (RENEWAL, 2)
