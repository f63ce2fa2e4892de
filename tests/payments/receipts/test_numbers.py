"""Number and code of a receipt: told on the phone, bound to each other, and good for ever."""

import os

from backend.core.crypto import Keyring
from backend.payments.receipts.numbers import as_issued, belong_together, code_of, in_groups, new_receipt_no
from tests.payments.till import Till

NUMBER = "PZ261120ABCDEFGHJKLM"


def test_a_number_says_its_day_and_nothing_else(till: Till) -> None:
    numbers = {new_receipt_no(till.now) for _ in range(1000)}

    assert len(numbers) == 1000
    assert all(number.startswith("PZ261120") and len(number) == 20 for number in numbers)
    assert not set("".join(number[8:] for number in numbers)) & set("01IO")
    assert in_groups(NUMBER) == "PZ26 1120 ABCD EFGH JKLM"


def test_only_the_code_of_this_very_number_belongs_to_it(keyring: Keyring) -> None:
    code = code_of(keyring, NUMBER)

    assert len(code) == 12
    assert belong_together(keyring, NUMBER, code)
    for at in range(len(code)):
        changed = code[:at] + ("2" if code[at] != "2" else "3") + code[at + 1 :]
        assert not belong_together(keyring, NUMBER, changed)
    assert not belong_together(keyring, NUMBER[:-1] + "N", code)
    assert not belong_together(keyring, NUMBER, "")
    assert not belong_together(keyring, NUMBER, "验证码")


def test_codes_of_another_house_are_others(keyring: Keyring) -> None:
    other = Keyring({"one": os.urandom(32)}, "one", os.urandom(32))

    assert code_of(other, NUMBER) != code_of(keyring, NUMBER)


def test_a_code_outlives_the_keys_that_seal() -> None:
    lookup, first, second = os.urandom(32), os.urandom(32), os.urandom(32)
    before = Keyring({"one": first}, "one", lookup)
    after = Keyring({"two": second, "one": first}, "two", lookup)

    assert belong_together(after, NUMBER, code_of(before, NUMBER))


def test_what_is_typed_is_read_as_it_was_printed() -> None:
    assert as_issued(" pz26 1120-abcd　efgh jklm\n") == NUMBER
    assert as_issued("ＰＺ２６１１２０ABCDEFGHJKLM") == NUMBER
    assert len(as_issued("A" * 10_000)) == 64
