"""What may not pass into a Struct, and what is still readable of a bad line."""

import msgspec
import pytest

from backend.departments.faults import LineRefused
from backend.departments.reading import decode, read_id


class Wire(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    face: dict[str, str] | None = None


DECODER = msgspec.json.Decoder(Wire)

BAD = [
    (b"", "invalid_json"),
    (b"{", "invalid_json"),
    (b'{"id":"a"} {"id":"b"}', "invalid_json"),
    (b'{"id":"a\x00"}', "invalid_json"),
    (b'{"id":"\\ud800"}', "invalid_json"),
    (b'{"id":"\\udc00\\ud800 and more"}', "invalid_json"),
    (b'{"id":"a","face":{"\\ud800":"lone surrogate in a name"}}', "invalid_json"),
    (b'{"id":"\xff"}', "invalid_utf8"),
    (b'{"id":"\xed\xa0\x80"}', "invalid_utf8"),
    (b'{"id":"a\\u0000b"}', "nul_character"),
    (b'{"id":"a","face":{"x\\u0000":"y"}}', "nul_character"),
    (b'{"id":"a","colour":"red"}', "unknown_field"),
    (b'{"face":null}', "missing_field"),
    (b'{"id":7}', "wrong_type"),
    (b"[1]", "wrong_type"),
    (b"null", "wrong_type"),
    (b'{"id":"a","face":' + b"[" * 60_000, "wrong_type"),
    (b'{"id":"a","deep":' + b"[" * 60_000, "unknown_field"),
]


@pytest.mark.parametrize(("raw", "code"), BAD, ids=range(len(BAD)))
def test_bad_json_is_refused_with_its_reason(raw: bytes, code: str) -> None:
    with pytest.raises(LineRefused) as refused:
        decode(DECODER, raw)

    assert refused.value.fault.reason.code == code
    assert refused.value.fault.sentence("zh-CN")
    assert refused.value.fault.sentence("en")


def test_nesting_that_the_decoder_cannot_follow_is_refused() -> None:
    free = msgspec.json.Decoder(msgspec.defstruct("Free", [("id", object)]))

    with pytest.raises(LineRefused) as refused:
        decode(free, b'{"id":' + b"[" * 30_000 + b"]" * 30_000 + b"}")

    assert refused.value.fault.reason.code == "too_deep"


def test_an_escaped_backslash_is_no_nul() -> None:
    assert decode(DECODER, b'{"id":"C:\\\\u0000"}').id == "C:\\u0000"


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'{"id":"A-1","colour":"red"}', "A-1"),
        (b'{"id":7}', None),
        (b'{"id":"A-1"', None),
        (b"[]", None),
        (None, None),
        (b'{"id":"a\\u0007\\u202eb"}', "a\ufffd\ufffdb"),
        (b'{"id":"' + b"x" * 5000 + b'"}', "x" * 200),
        (b'{"id":"a","deep":' + b"[" * 60_000 + b"]" * 60_000 + b"}", None),
    ],
    ids=range(8),
)
def test_the_id_of_a_bad_line_is_given_where_it_can_be_read(raw: bytes | None, found: str | None) -> None:
    assert read_id(raw) == found
