"""RFC 8291, appendix A, and what an independent implementation reads."""

import base64
import os
import random

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifications.webpush.encryption import MAX_PAYLOAD_BYTES, PayloadTooLarge, encrypt

PLAINTEXT = b"When I grow up, I want to be a watermelon"
AS_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
UA_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def test_the_example_of_the_rfc_comes_out_byte_for_byte() -> None:
    scalar = int.from_bytes(decode(AS_PRIVATE), "big")

    body = encrypt(
        PLAINTEXT,
        decode(UA_PUBLIC),
        decode(AUTH),
        bucket_bytes=1,
        sender_key=ec.derive_private_key(scalar, ec.SECP256R1()),
        salt=decode(SALT),
    )

    assert body == decode(BODY)


def test_a_thousand_random_messages_are_read_by_http_ece() -> None:
    chance = random.Random(8291)
    for _ in range(1000):
        browser, auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        message = chance.randbytes(chance.randrange(MAX_PAYLOAD_BYTES + 1))

        body = encrypt(message, point_of(browser), auth)

        assert http_ece.decrypt(body, private_key=browser, auth_secret=auth) == message


@pytest.mark.parametrize(("length", "expected"), [(0, 512), (511, 512), (512, 1024), (2559, 2560)])
def test_the_length_tells_only_the_bucket(length: int, expected: int) -> None:
    browser = ec.generate_private_key(ec.SECP256R1())

    body = encrypt(b"x" * length, point_of(browser), bytes(16))

    assert len(body) == 86 + expected + 16


def test_what_a_push_service_would_refuse_is_not_encrypted() -> None:
    browser = ec.generate_private_key(ec.SECP256R1())

    with pytest.raises(PayloadTooLarge):
        encrypt(b"x" * (MAX_PAYLOAD_BYTES + 1), point_of(browser), bytes(16))


def test_no_two_messages_share_key_or_salt() -> None:
    browser = ec.generate_private_key(ec.SECP256R1())

    first, second = (encrypt(b"the same", point_of(browser), bytes(16)) for _ in range(2))

    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]
