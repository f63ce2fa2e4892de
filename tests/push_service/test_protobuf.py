"""The hand-made protobuf agrees with the examples of its specification and with itself."""

import asyncio

from tests.push_service.protobuf import Fixed64, decode, encode, encode_varint, read_varint, text


def test_the_examples_of_the_specification() -> None:
    assert encode((1, 150)) == bytes.fromhex("089601")
    assert encode((2, "testing")) == bytes.fromhex("120774657374696e67")
    assert encode((1, Fixed64(1))) == bytes.fromhex("090100000000000000")


def test_what_is_encoded_comes_back_in_order() -> None:
    message = decode(encode((1, "名"), (7, b"a"), (7, b"b"), (9, 2**40), (11, Fixed64(2**63))))

    assert text(message, 1) == "名"
    assert text(message, 2) == ""
    assert (message[7], message[9], message[11]) == ([b"a", b"b"], [2**40], [2**63])


async def test_lengths_are_read_from_a_stream() -> None:
    stream = asyncio.StreamReader()
    stream.feed_data(encode_varint(300) + encode_varint(1))

    assert [await read_varint(stream), await read_varint(stream)] == [300, 1]
