"""Feeds over HTTP: the key, the stream, the answer, the cut connection."""

import gzip
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from backend.departments import routes as event_routes
from backend.departments.service import add_department, revoke_key
from backend.licences import routes as licence_routes
from tests.departments.feeding import Town, citizen_id, event_line, licence_line, ndjson
from tests.hall import Hall

PATH = "/api/feeds/licences"


@pytest.fixture
def hall(town: Town, redis: Redis) -> Hall:
    handlers = [*licence_routes.HANDLERS, *event_routes.HANDLERS]
    return Hall(handlers, db=town.db, redis=redis, clock=town.clock, keyring=town.keyring, city=town.city)


async def bearer(town: Town, *scopes: str) -> dict[str, str]:
    key = await add_department(town.db, "police", "市公安局", scopes or ("licences:*", "events:*"), town.clock.now())
    return {"Authorization": f"Bearer {key}"}


async def test_a_feed_is_answered_line_by_line(town: Town, hall: Hall) -> None:
    headers = await bearer(town)
    body = ndjson([licence_line(1), b"rubbish", licence_line(2), licence_line(3, status="fine")])

    async with hall.browser() as department:
        answer = await department.post(PATH, content=body, headers={**headers, "Accept-Language": "en"})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["accepted"] == {"count": 2, "lines": [[1, 1], [3, 3]]}
    assert told["unchanged"] == {"count": 0, "lines": []}
    assert told["refused"]["count"] == 2
    assert told["refused"]["lines"][1] == {
        "line": 4,
        "id": "DL-3",
        "code": "unknown_status",
        "reason": "The status fine is not one of valid, suspended … or 01 to 07, 99.",
    }


async def test_reasons_are_chinese_unless_english_is_asked_for(town: Town, hall: Hall) -> None:
    headers = await bearer(town)

    async with hall.browser() as department:
        answer = await department.post(PATH, content=b"rubbish\n", headers=headers)

    assert answer.json()["refused"]["lines"][0]["reason"].startswith("这一行")


async def test_events_come_by_their_own_route(town: Town, hall: Hall) -> None:
    headers = await bearer(town)

    async with hall.browser() as department:
        answer = await department.post("/api/feeds/events", content=ndjson([event_line(1)]), headers=headers)

    assert answer.json()["accepted"]["count"] == 1


@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "Basic cG9saWNlOng="])
async def test_without_a_key_nothing_is_read(town: Town, hall: Hall, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}

    async with hall.browser() as department:
        answer = await department.post(PATH, content=ndjson([licence_line(1)]), headers=headers)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith('Bearer realm="feeds"')
    assert ("invalid_token" in answer.headers["www-authenticate"]) == (authorization is not None)
    assert await town.db.fetchval("SELECT count(*) FROM licences") == 0


async def test_a_revoked_key_is_refused(town: Town, hall: Hall) -> None:
    headers = await bearer(town)
    await revoke_key(town.db, headers["Authorization"].split("_")[1], town.clock.now())

    async with hall.browser() as department:
        answer = await department.post(PATH, content=ndjson([licence_line(1)]), headers=headers)

    assert answer.status_code == 401


async def test_a_key_for_events_feeds_no_licences(town: Town, hall: Hall) -> None:
    headers = await bearer(town, "events:*")

    async with hall.browser() as department:
        answer = await department.post(PATH, content=ndjson([licence_line(1)]), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "departments.feed_not_allowed")


async def test_a_feed_may_be_larger_than_any_other_body(town: Town, hall: Hall) -> None:
    headers = await bearer(town)

    async def long() -> AsyncIterator[bytes]:
        yield ndjson([licence_line(1)])
        for _ in range(24):
            yield b" " * 1_048_576
        yield b"\n" + ndjson([licence_line(2)])

    async with hall.browser() as department:
        answer = await department.post(PATH, content=long(), headers=headers)

    told = answer.json()
    assert told["accepted"]["lines"] == [[1, 1], [3, 3]]
    assert told["refused"]["lines"][0]["code"] == "line_too_long"


async def test_gzip_is_understood_and_other_encodings_are_refused(town: Town, hall: Hall) -> None:
    headers = await bearer(town)
    body = gzip.compress(ndjson(licence_line(n) for n in range(100)))

    async with hall.browser() as department:
        packed = await department.post(PATH, content=body, headers={**headers, "Content-Encoding": "gzip"})
        strange = await department.post(PATH, content=body, headers={**headers, "Content-Encoding": "br"})

    assert packed.json()["accepted"]["count"] == 100
    assert (strange.status_code, strange.json()["code"]) == (415, "departments.encoding_not_supported")


async def test_a_cut_connection_keeps_what_was_committed_and_is_no_fault(
    town: Town, hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    headers = await bearer(town)
    body = ndjson(licence_line(n) for n in range(1500))
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": body[:-5], "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(_: Any) -> None:
        return

    caplog.set_level(logging.DEBUG)
    scope = _scope(PATH, headers)
    await hall.edge(scope, receive, send)  # type: ignore[arg-type]

    assert await town.db.fetchval("SELECT count(*) FROM licences") == 1000
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert citizen_id(1) not in str([record.__dict__ for record in caplog.records])


def _scope(path: str, headers: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"localhost:8000")]
        + [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


async def test_wrong_keys_without_end_are_slowed_down_and_lock_out_no_right_one(town: Town, hall: Hall) -> None:
    right = await bearer(town)
    wrong = {"Authorization": f"Bearer ssb_{'0' * 12}_{'A' * 43}"}
    async with hall.browser() as department:
        statuses = [
            (await department.post("/api/feeds/licences", headers=wrong, content=b"")).status_code for _ in range(31)
        ]
        accepted = await department.post("/api/feeds/licences", headers=right, content=b"")
        refused = await department.post("/api/feeds/licences", headers=wrong, content=b"")

    assert statuses == [401] * 30 + [429]
    assert accepted.status_code == 200
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
