"""Numbers that prove themselves: citizen IDs, unified social credit codes, identifiers of electronic licences."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from msgspec import Struct


class Fault(StrEnum):
    LENGTH = "length"
    OLD_NUMBER = "old_number"
    CHARACTERS = "characters"
    REGION = "region"
    BIRTH_DATE = "birth_date"
    CHECK_CHARACTER = "check_character"


_SENTENCES = {
    Fault.LENGTH: ("位数不对", "it has the wrong length"),
    Fault.OLD_NUMBER: ("这是15位旧号码，请填写18位号码", "it is an old number of 15 digits; give the one of 18"),
    Fault.CHARACTERS: ("含有不该有的字符", "it has characters that do not belong there"),
    Fault.REGION: ("地区代码不存在", "its region does not exist"),
    Fault.BIRTH_DATE: ("出生日期不存在或在未来", "its date of birth does not exist or lies ahead"),
    Fault.CHECK_CHARACTER: (
        "校验位不符，可能输错了一位",
        "its check character does not match: one character may be mistyped",
    ),
}


class InvalidNumber(ValueError):
    """Says what is wrong, in both languages, and never repeats the number."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.zh, self.en = _SENTENCES[fault]
        super().__init__(self.en)


class CitizenId(Struct, frozen=True):
    number: str
    born_on: date


class LicenceIdentifier(Struct, frozen=True):
    """`version` counts the changes of one licence from 1; the identifier without it stays the same."""

    text: str
    type_code: str
    issuer: str
    serial: str
    version: int


_PROVINCES = {
    *range(11, 16),
    *range(21, 24),
    *range(31, 38),
    *range(41, 47),
    *range(50, 55),
    *range(61, 66),
    71,
    81,
    82,
    83,
}
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(rf"[{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{10}}")
_LICENCE_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LICENCE = re.compile(
    r"1\.2\.156\.3005\.2\.([0-9A-Z]{21})\.([0-9A-Z]{18})\.([0-9A-Z]{1,20})\.(?!000)([0-9]{3})\.([0-9A-Z])"
)


def normalised(text: str) -> str:
    """As it is written on the document: half-width, upper case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def check_citizen_id(text: str, today: date) -> CitizenId:
    """A citizen ID (GB 11643-1999, check character by ISO 7064 MOD 11-2); raises InvalidNumber.

    Also the numbers of residence permits of Hong Kong, Macao and Taiwan residents (81, 82, 83) and of foreign permanent
    residents (9). Whether the region existed in the year of birth is not asked: its codes change, the number does not.
    """
    number = normalised(text)
    if len(number) != 18:
        raise InvalidNumber(Fault.OLD_NUMBER if len(number) == 15 and number.isdecimal() else Fault.LENGTH)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise InvalidNumber(Fault.CHARACTERS)
    if number[0] != "9" and int(number[:2]) not in _PROVINCES:
        raise InvalidNumber(Fault.REGION)
    born_on = _birth_date(number[6:14], today)
    if citizen_id_check(number[:17]) != number[17]:
        raise InvalidNumber(Fault.CHECK_CHARACTER)
    return CitizenId(number, born_on)


def _birth_date(digits: str, today: date) -> date:
    try:
        born_on = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise InvalidNumber(Fault.BIRTH_DATE) from None
    if not date(1850, 1, 1) <= born_on <= today:
        raise InvalidNumber(Fault.BIRTH_DATE)
    return born_on


def citizen_id_check(digits: str) -> str:
    """The 18th character for the first 17."""
    weighted = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits))
    return "10X98765432"[weighted % 11]


def check_credit_code(text: str) -> str:
    """A unified social credit code (USCC, GB 32100-2015, MOD 31), normalised; raises InvalidNumber."""
    code = normalised(text)
    if len(code) != 18:
        raise InvalidNumber(Fault.LENGTH)
    if not _USCC.fullmatch(code):
        raise InvalidNumber(Fault.CHARACTERS)
    if credit_code_check(code[:17]) != code[17]:
        raise InvalidNumber(Fault.CHECK_CHARACTER)
    return code


def credit_code_check(code: str) -> str:
    """The 18th character for the first 17."""
    weighted = sum(_USCC_ALPHABET.index(character) * 3**place for place, character in enumerate(code))
    return _USCC_ALPHABET[-weighted % 31]


def check_licence_identifier(text: str) -> LicenceIdentifier:
    """`1.2.156.3005.2.type.issuer.serial.version.check` (GB/T 36904-2018, MOD 37,36); raises InvalidNumber.

    Type: USCC of the defining authority and three characters. Issuer: USCC. Serial: up to 20. Version: 001 to 999.
    """
    shape = _LICENCE.fullmatch(text)
    if shape is None:
        raise InvalidNumber(Fault.CHARACTERS)
    *parts, check = shape.groups()
    if licence_identifier_check(parts) != check:
        raise InvalidNumber(Fault.CHECK_CHARACTER)
    type_code, issuer, serial, version = parts
    return LicenceIdentifier(text, type_code, issuer, serial, int(version))


def licence_identifier_check(parts: Iterable[str]) -> str:
    """The check character over type, issuer, serial and version (ISO/IEC 7064, MOD 37,36)."""
    product = 36
    for character in "".join(parts):
        product = ((product + _LICENCE_ALPHABET.index(character)) % 36 or 36) * 2 % 37
    return _LICENCE_ALPHABET[(37 - product) % 36]
