"""The API can be read by people and programs, without anything from elsewhere."""

import re

from tests.hall import Hall


async def test_the_page_lists_every_operation_of_the_api(hall: Hall) -> None:
    async with hall.browser() as programmer:
        answer = await programmer.get("/api/docs")

    assert answer.status_code == 200
    assert "POST /api/push/subscriptions" in answer.text
    assert "PushSubscription.toJSON()" in answer.text


async def test_the_page_loads_nothing_from_elsewhere(hall: Hall) -> None:
    async with hall.browser() as programmer:
        page = (await programmer.get("/api/docs")).text

    loaded = re.findall(r'(?:src|href)="([^"]*)"', page)

    assert loaded
    assert [address for address in loaded if not address.startswith(("/", "#"))] == []
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\son\w+=", page) == []


async def test_screens_are_no_part_of_the_api(hall: Hall) -> None:
    async with hall.browser() as programmer:
        schema = (await programmer.get("/api/openapi.json")).json()

    assert schema["openapi"].startswith("3.1")
    assert {"/api/push/key", "/api/push/subscriptions"} <= set(schema["paths"])
    assert [path for path in schema["paths"] if not path.startswith("/api/")] == []


async def test_two_halls_can_stand_side_by_side(hall: Hall) -> None:
    resources = hall.resources
    other = Hall([], db=resources.db, redis=resources.redis, clock=resources.clock, keyring=resources.keyring)
    async with other.browser() as programmer:
        assert (await programmer.get("/api/docs")).status_code == 200
