"""The published answer and chain, and the splitter that answers need."""

from datetime import UTC, datetime

import pytest
from cryptography import x509

from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.unionpay.certificates import Signers, is_issued_by
from backend.payments.providers.unionpay.signing import digest, split_answer, verify
from tests.payments.providers.unionpay.gateway import config
from tests.payments.providers.vectors import vector

ANSWER = vector("unionpay_query_response")
CHAIN = vector("unionpay_test_chain")
THEN = datetime(2022, 9, 11, tzinfo=UTC)
FIELDS: dict[str, str] = ANSWER["params"]


def published_signers() -> Signers:
    return Signers(config(root_certificate=CHAIN["root_pem"], middle_certificates=[CHAIN["middle_pem"]]))


def test_the_published_digest() -> None:
    assert digest(FIELDS) == ANSWER["sha256_hex"]


def test_the_published_answer_verifies_by_its_own_chain_of_sha1() -> None:
    assert verify(FIELDS, published_signers(), THEN)


def test_the_published_chain() -> None:
    root, middle = (x509.load_pem_x509_certificate(CHAIN[name].encode()) for name in ("root_pem", "middle_pem"))

    assert is_issued_by(root, root)
    assert is_issued_by(middle, root)
    assert not is_issued_by(root, middle)


@pytest.mark.parametrize("now", [datetime(2020, 7, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)])
def test_the_published_certificate_counts_only_in_its_time(now: datetime) -> None:
    with pytest.raises(CallbackRefused) as caught:
        verify(FIELDS, published_signers(), now)

    assert caught.value.reason is Reason.CERTIFICATE


@pytest.mark.parametrize("name", FIELDS)
def test_no_published_field_can_be_changed(name: str) -> None:
    for changed in (FIELDS[name] + " ", FIELDS[name][:-1], "x"):
        with pytest.raises(CallbackRefused):
            verify(FIELDS | {name: changed}, published_signers(), THEN)
    with pytest.raises(CallbackRefused):
        verify({each: value for each, value in FIELDS.items() if each != name}, published_signers(), THEN)


def test_the_published_answer_survives_the_wire() -> None:
    text = "&".join(f"{name}={value}" for name, value in FIELDS.items())

    assert split_answer(text) == FIELDS


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a=x+y==&b=%2B", {"a": "x+y==", "b": "%2B"}),
        ("a={x=1&y=[2&3]}&b=2", {"a": "{x=1&y=[2&3]}", "b": "2"}),
        ("a=[x&y]&b={", {"a": "[x&y]", "b": "{"}),
        ("a=成功[0000000]&b=1", {"a": "成功[0000000]", "b": "1"}),
        ("a=}&b=1", {"a": "}", "b": "1"}),
    ],
)
def test_brackets_hold_their_ampersands(text: str, fields: dict[str, str]) -> None:
    assert split_answer(text) == fields


@pytest.mark.parametrize("text", ["", "a", "=1", "a=1&", "a=1&a=1", "a=1&&b=2"])
def test_what_is_no_answer(text: str) -> None:
    with pytest.raises(CallbackRefused):
        split_answer(text)
