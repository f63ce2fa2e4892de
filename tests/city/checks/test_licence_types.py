"""Licence types whose terms, windows or rungs make no sense."""

from pathlib import Path
from typing import Any

import pytest

from tests.city.small_pack import LICENCE, TYPES, Spoil, messages, put, text, within


def fixed(*terms: dict[str, Any]) -> Spoil:
    return put(validity={"kind": "fixed", "terms": list(terms)})


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (put(code="Driving Licence"), "code: is words of small letters joined by -"),
        (put(catalogue_code="3101"), "catalogue_code: has 15 digits"),
        (put(type_code="11100000000013339W011"), "type_code: is the credit code of an authority and three characters"),
        (put(holders=[]), "holders: it must say who holds it"),
        (put(holders=["enterprise"]), "renewing_item: CN-renewal is not for its holders"),
        (put(reminder_rungs=[30, 90]), "reminder_rungs: do not go down"),
        (put(reminder_rungs=[90, 90]), "reminder_rungs: do not go down"),
        (put(validity={"kind": "unlimited"}), "renewal_window: it never expires"),
        (
            put(validity={"kind": "unlimited", "terms": [{"long_term": True}]}),
            "validity: an unlimited one has no terms",
        ),
        (fixed(), "validity: has no terms"),
        (fixed({"long_term": True}, {"long_term": True}), "validity: a fixed one has one term"),
        (fixed({"value": 5}), "validity: a term has a value and a unit, or neither"),
        (fixed({}), "validity: a term has a value or is long-term"),
        (fixed({"value": 0, "unit": "year"}), "validity: a term is not positive"),
        (within("validity", "terms", 1, min_age=17), "validity: the bands of age do not follow one another"),
        (within("validity", "terms", 1, max_age=60), "validity: the bands of age do not cover every age"),
        (within("renewal_window", open_before=20), "renewal_window: closes before it opens"),
        (within("renewal_window", open_before=None, close_before=None), "renewal_window: neither opens nor closes"),
        (within("renewal_window", close_before=-1), "renewal_window: is negative"),
        (put(void_after={"value": 0, "unit": "year"}), "void_after: is not positive"),
        (put(name=text("证", "证")), "name: the English text has Chinese characters"),
    ],
)
def test_a_senseless_licence_type_is_found(tmp_path: Path, spoil: Spoil, message: str) -> None:
    assert message in messages(tmp_path, TYPES, LICENCE, spoil)
