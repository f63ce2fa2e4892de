"""Citizen IDs, credit codes and licence identifiers: published vectors, and no single slip goes unnoticed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.identity_numbers import (
    Fault,
    InvalidNumber,
    check_citizen_id,
    check_credit_code,
    check_licence_identifier,
    citizen_id_check,
    credit_code_check,
)

TODAY = date(2026, 11, 20)
CITIZEN_IDS = ["11010519491231002X", "310101199001010012", "310101196001010035", "310101200002290023"]
CREDIT_CODES = ["11100000000013338W", "11430000006122244L", "11420503087246977F", "11100000MB0341032Y"]
LICENCE_PARTS = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("number", CITIZEN_IDS)
def test_real_citizen_ids_are_valid(number: str) -> None:
    assert check_citizen_id(number, TODAY).number == number


def test_a_citizen_id_tells_the_date_of_birth() -> None:
    assert check_citizen_id("310101200002290023", TODAY).born_on == date(2000, 2, 29)


@pytest.mark.parametrize(
    "written", ["11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", " 110105 19491231 002X "]
)
def test_other_ways_of_writing_are_understood(written: str) -> None:
    assert check_citizen_id(written, TODAY).number == "11010519491231002X"


@pytest.mark.parametrize("region", ["440524", "310115", "310151", "810000", "830000", "911241"])
def test_regions_are_not_tied_to_the_year_of_birth(region: str) -> None:
    digits = f"{region}19600101001"

    assert check_citizen_id(digits + citizen_id_check(digits), TODAY).born_on == date(1960, 1, 1)


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("110105491231002", Fault.OLD_NUMBER),
        ("3101011990010100", Fault.LENGTH),
        ("", Fault.LENGTH),
        ("31010119900101OO12", Fault.CHARACTERS),
        ("X10101199001010012", Fault.CHARACTERS),
        ("000101199001010012", Fault.REGION),
        ("310101190002290024", Fault.BIRTH_DATE),  # 1900 was no leap year
        ("310101202613010013", Fault.BIRTH_DATE),
        ("310101199001010013", Fault.CHECK_CHARACTER),
    ],
)
def test_a_bad_citizen_id_is_refused_with_its_reason(number: str, fault: Fault) -> None:
    with pytest.raises(InvalidNumber) as refused:
        check_citizen_id(number, TODAY)

    assert refused.value.fault is fault
    assert not number or number not in refused.value.en


def test_nobody_is_born_in_the_future() -> None:
    digits = "31010120261121001"
    number = digits + citizen_id_check(digits)

    assert check_citizen_id(number, date(2026, 11, 21)).born_on == date(2026, 11, 21)
    with pytest.raises(InvalidNumber):
        check_citizen_id(number, TODAY)


@given(st.sampled_from(CITIZEN_IDS), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_character_changed_spoils_a_citizen_id(number: str, place: int, character: str) -> None:
    changed = number[:place] + character + number[place + 1 :]

    assert changed == number or _refused(lambda: check_citizen_id(changed, TODAY))


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_real_credit_codes_are_valid(code: str) -> None:
    assert check_credit_code(code.lower()) == code


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("11100000000013338", Fault.LENGTH),
        ("1110000000001333IW", Fault.CHARACTERS),
        ("11A00000000013338W", Fault.CHARACTERS),
        ("11100000000013338X", Fault.CHECK_CHARACTER),
    ],
)
def test_a_bad_credit_code_is_refused_with_its_reason(code: str, fault: Fault) -> None:
    with pytest.raises(InvalidNumber) as refused:
        check_credit_code(code)

    assert refused.value.fault is fault


@given(st.sampled_from(CREDIT_CODES), st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_any_character_changed_spoils_a_credit_code(code: str, place: int, character: str) -> None:
    changed = code[:place] + character + code[place + 1 :]

    assert changed == code or _refused(lambda: check_credit_code(changed))


@given(st.from_regex(r"[0-9]{2}[0-9]{6}[0-9A-H]{9}", fullmatch=True))
def test_every_body_of_a_credit_code_has_a_check_character(body: str) -> None:
    assert check_credit_code(body + credit_code_check(body)) == body + credit_code_check(body)


@pytest.mark.parametrize(
    "identifier",
    [
        f"{LICENCE_PARTS}.001.U",
        f"{LICENCE_PARTS}.002.S",
        "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
        "1.2.156.3005.2.11100000000013338W087.11370800MB28559184.37080001202411010001.001.3",
    ],
)
def test_published_licence_identifiers_are_valid(identifier: str) -> None:
    assert check_licence_identifier(identifier).text == identifier


def test_a_licence_identifier_tells_its_parts() -> None:
    found = check_licence_identifier(f"{LICENCE_PARTS}.002.S")

    assert (found.type_code, found.issuer, found.serial, found.version) == (
        "11100000000013338W011",
        "11430000006122244L",
        "20230000403",
        2,
    )


@pytest.mark.parametrize(
    "identifier",
    [f"{LICENCE_PARTS}.002.U", f"{LICENCE_PARTS}.000.U", f"{LICENCE_PARTS}.001", f" {LICENCE_PARTS}.001.U"],
)
def test_a_bad_licence_identifier_is_refused(identifier: str) -> None:
    assert _refused(lambda: check_licence_identifier(identifier))


@given(st.integers(15, 70), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_any_character_changed_spoils_a_licence_identifier(place: int, character: str) -> None:
    identifier = f"{LICENCE_PARTS}.001.U"
    changed = identifier[:place] + character + identifier[place + 1 :]

    assert changed == identifier or _refused(lambda: check_licence_identifier(changed))


def _refused(check: object) -> bool:
    assert callable(check)
    try:
        check()
    except InvalidNumber:
        return True
    return False
