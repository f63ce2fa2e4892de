"""Every bad line is refused with its reason and its id; the lines around it are stored."""

from typing import Any

import pytest

from tests.departments.feeding import Town, citizen_id, codes, licence_line, lines_of, ndjson, person

IDENTIFIER = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
COMPANY = {"kind": "organisation", "number": "11430000006122244L", "name": "测试单位"}

BAD_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"holder": person(1) | {"number": citizen_id(1)[:-1] + "?"}}, "bad_number"),
    ({"holder": person(1) | {"number": "310101199001010011"}}, "bad_number"),  # wrong check digit
    ({"holder": person(1) | {"number": "310101190002290018"}}, "bad_number"),  # 1900 was no leap year
    ({"holder": person(1) | {"number": "310101203001010019"}}, "bad_number"),  # born in the future
    ({"holder": person(1) | {"number": "310101900101001"}}, "bad_number"),  # 15 digits
    ({"holder": COMPANY | {"number": "11430000006122244M"}, "type": "business-licence"}, "bad_number"),
    ({"holder": person(1) | {"name": ""}}, "bad_name"),
    ({"holder": person(1) | {"name": "张\u202e三"}}, "bad_name"),
    ({"holder": COMPANY}, "wrong_holder_kind"),
    ({"holder": person(1) | {"kind": "animal"}}, "wrong_type"),
    ({"type": "time-machine-licence"}, "unknown_licence_type"),
    ({"issued_on": "2026-02-30"}, "bad_date"),
    ({"expires_on": "长期"}, "bad_date"),
    ({"expires_on": ""}, "bad_date"),
    ({"issued_on": "1899-12-31"}, "out_of_range"),
    ({"expires_on": "2201-01-01"}, "out_of_range"),
    ({"issued_on": "2027-01-01"}, "dates_out_of_order"),
    ({"valid_from": "2020-12-30"}, "dates_out_of_order"),
    ({"valid_from": "2027-01-01"}, "dates_out_of_order"),
    ({"status": "fine"}, "unknown_status"),
    ({"status": "superseded"}, "unknown_status"),
    ({"status": "05"}, "not_expired"),
    ({"status": "expired", "expires_on": None}, "not_expired"),
    ({"status": 1}, "wrong_type"),
    ({"updated_at": "2026-11-01"}, "bad_time"),
    ({"updated_at": "2026-11-01T08:00:00"}, "bad_time"),
    ({"updated_at": "2026-11-20T10:06:00+08:00"}, "in_future"),
    ({"version": 0}, "wrong_type"),
    ({"version": "001"}, "wrong_type"),
    ({"identifier": IDENTIFIER[:-1] + "S"}, "bad_identifier"),
    ({"identifier": "1.2.156.3005.2"}, "bad_identifier"),
    ({"identifier": IDENTIFIER, "version": 2}, "bad_identifier"),
    ({"supersedes": "DL-1"}, "supersedes_itself"),
    ({"face": {"准驾车型": 1}}, "wrong_type"),
    ({"face": {"备注": "x" * 301}}, "face_too_large"),
    ({"face": {str(n): "x" for n in range(31)}}, "face_too_large"),
    ({"face": {"备注": "a\0b"}}, "nul_character"),
    ({"number": ""}, "wrong_type"),
    ({"number": "x" * 101}, "wrong_type"),
    ({"colour": "red"}, "unknown_field"),
]

BAD_LINES: list[tuple[bytes, str]] = [
    (b"not json", "invalid_json"),
    (b'{"id":"DL-1"', "invalid_json"),
    (b"[]", "wrong_type"),
    (b'{"id":"DL-1"}', "missing_field"),
    (b'{"id":"\xff\xfe"}', "invalid_utf8"),
    (b'{"id":"\\ud83d"}', "invalid_json"),
    (b'{"id":"DL-1","face":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}", "wrong_type"),
    (b'{"id":"DL-1","note":"' + b"x" * 65_536 + b'"}', "line_too_long"),
]


@pytest.mark.parametrize(("fields", "code"), BAD_FIELDS, ids=range(len(BAD_FIELDS)))
async def test_a_bad_field_costs_its_line_only(town: Town, fields: dict[str, Any], code: str) -> None:
    key = await town.department()

    answer = await town.feed_licences(key, [licence_line(2), licence_line(1, **fields), licence_line(3)])

    assert codes(answer) == [(2, code)]
    assert answer.refused.lines[0].id == "DL-1"
    assert lines_of(answer.accepted.lines) == [1, 3]
    assert await town.db.fetchval("SELECT count(*) FROM licences") == 2


async def test_lines_that_are_no_records_cost_nothing_else(town: Town) -> None:
    key = await town.department()
    bad = [raw for raw, _ in BAD_LINES]
    good = [licence_line(n) for n in range(len(bad))]

    answer = await town.feed_licences(key, [line for pair in zip(good, bad, strict=True) for line in pair])

    assert codes(answer) == [(2 * n + 2, code) for n, (_, code) in enumerate(BAD_LINES)]
    assert answer.accepted.count == len(good)


async def test_a_refused_holder_is_not_made_known(town: Town) -> None:
    key = await town.department()

    await town.feed_licences(key, [licence_line(1, status="fine")])

    assert await town.db.fetchval("SELECT count(*) FROM subjects") == 0


async def test_no_reason_repeats_who_it_is_about(town: Town) -> None:
    key = await town.department()
    bad = [licence_line(1, **fields) for fields, _ in BAD_FIELDS]

    for locale in ("zh-CN", "en"):
        answer = await town.feed_licences(key, bad, locale)
        reasons = " ".join(line.reason for line in answer.refused.lines)

        assert answer.refused.count == len(bad)
        assert citizen_id(1) not in reasons
        assert person(1)["name"] not in reasons
        assert "{" not in reasons


async def test_an_empty_feed_is_answered(town: Town) -> None:
    key = await town.department()

    answer = await town.feed_licences(key, b"\n\n  \r\n")

    assert (answer.accepted.count, answer.unchanged.count, answer.refused.count) == (0, 0, 0)


async def test_a_line_the_database_will_not_take_costs_itself_alone(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """A check that only the database makes stands for all that nobody thought of."""
    key = await town.department()
    await town.db.execute("ALTER TABLE licences ADD CONSTRAINT unforeseen CHECK (source_id NOT IN ('DL-7', 'DL-300'))")

    answer = await town.feed_licences(key, ndjson(licence_line(n) for n in range(500)))

    assert codes(answer) == [(8, "not_storable"), (301, "not_storable")]
    assert answer.accepted.count == 498
    assert await town.db.fetchval("SELECT count(*) FROM licences") == 498
    assert citizen_id(7) not in caplog.text
    assert "CheckViolationError" in str([record.__dict__ for record in caplog.records])
