"""Files that are not what they should be."""

from pathlib import Path

import pytest

from backend.city.decoding import Unreadable, decode, read_yaml
from backend.city.models import Citation, Fee


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (b"- code: a\n- code: b\n  code: c\n", "line 2", "the key code is given twice"),
        (b"- {code: a\n", "line 2", "did not find expected"),
        (b"- loaded_on: 2026-02-30\n", "-", "day is out of range for month"),
        (b"- \x00\n", "-", "control characters are not allowed"),
        (b"- \xff\n", "-", "invalid leading UTF-8 octet"),
        (b"- !!python/object/apply:os.system [ls]\n", "line 1", "could not determine a constructor"),
        (b"- !reference code\n", "line 1", "could not determine a constructor"),
    ],
)
def test_a_file_that_is_not_plain_yaml_is_unreadable(tmp_path: Path, content: bytes, place: str, message: str) -> None:
    file = tmp_path / "entries.yaml"
    file.write_bytes(content)

    with pytest.raises(Unreadable, match=message) as refused:
        read_yaml(file)

    assert refused.value.place == place


def test_every_field_that_is_wrong_is_named() -> None:
    value, faults = decode(Fee, {"code": 1, "colour": "red", "category": "gift", "unit": {"zh": "证"}, "sources": []})

    assert value is None
    assert faults == [
        "colour: there is no such field",
        "code: Expected `str`, got `int`",
        "name: is missing",
        "category: Invalid enum value 'gift'",
        "region: is missing",
    ]


def test_a_good_entry_has_no_faults() -> None:
    assert decode(Citation, {"law": "民法典", "article": "第二百零二条"}) == (Citation("民法典", "第二百零二条"), [])
