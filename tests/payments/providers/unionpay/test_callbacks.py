"""UnionPay's notices: whose certificate came along, and that nothing else is believed."""

import base64
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import example, given
from hypothesis import strategies as st

from backend.payments.models import Kind, ObservedState
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.protocol import LARGEST_CALLBACK, Callback
from tests.payments.providers.flips import every_flip, flipped, masks, places
from tests.payments.providers.forms import fields_of, form
from tests.payments.providers.keys import NOW, certificate
from tests.payments.providers.unionpay.gateway import NAME, REFUND, leaf, notice, notice_fields, root, signed, unionpay

UNIONPAY = unionpay()
BODY = notice()
FIELDS = notice_fields()


def read(body: bytes) -> Callback:
    return UNIONPAY.read_callback({}, body, NOW)


def refused(body: bytes) -> Reason:
    with pytest.raises(CallbackRefused) as caught:
        read(body)
    return caught.value.reason


def test_a_payment_is_told() -> None:
    told = read(BODY)

    assert told.event_key == "777290058167151|01|PAY0000000000001|20261120095900|512611200959001234568|00"
    assert told.verified_serial == "68759585078"
    seen = told.observation
    assert (seen.kind, seen.state, seen.amount_fen) == (Kind.PAYMENT, ObservedState.PAID, 1999)
    assert (seen.order_no, seen.provider_txn_id) == ("PAY0000000000001", "512611200959001234568")
    assert seen.occurred_at == datetime(2026, 11, 20, 1, 59, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "kind", "state"),
    [
        ({"respCode": "A6"}, Kind.PAYMENT, ObservedState.PAID),
        ({"respCode": "05"}, Kind.PAYMENT, ObservedState.PENDING),
        (REFUND, Kind.REFUND, ObservedState.REFUNDED),
        (REFUND | {"txnType": "31"}, Kind.REFUND, ObservedState.REFUNDED),
        (REFUND | {"respCode": "03"}, Kind.REFUND, ObservedState.PENDING),
        (REFUND | {"respCode": "36", "queryId": ""}, Kind.REFUND, ObservedState.FAILED),
        ({"txnType": "95"}, Kind.OTHER, ObservedState.UNKNOWN),
    ],
)
def test_what_a_notice_is_about(changes: dict[str, str], kind: Kind, state: ObservedState) -> None:
    seen = read(notice(changes)).observation

    assert (seen.kind, seen.state) == (kind, state)


def test_a_refund_is_told_by_its_own_number() -> None:
    seen = read(notice(REFUND)).observation

    assert (seen.order_no, seen.refund_no, seen.amount_fen) == (None, "REF0000000000001", 500)
    assert (seen.provider_txn_id, seen.provider_refund_id) == ("512611200959001234568", "512611200959009999998")


def test_the_year_of_the_trace_turns_at_midnight() -> None:
    seen = read(notice({"txnTime": "20261231235930", "traceTime": "0101000010"})).observation

    assert seen.occurred_at == datetime(2026, 12, 31, 16, 0, 10, tzinfo=UTC)


def test_no_changed_byte_of_the_body_changes_what_is_believed() -> None:
    """Percent-escapes may be written in either case: the fields are the same then, and so is the truth."""
    for changed in every_flip(BODY, 1):
        if fields_of(changed) != fields_of(BODY):
            refused(changed)


@given(places, masks)
@example(at=113, by=40)  # a certificate whose number is below one
def test_any_flip_of_the_body_changes_nothing_that_is_believed(at: int, by: int) -> None:
    changed = flipped(BODY, at, by)

    if fields_of(changed) != fields_of(BODY):
        refused(changed)


@pytest.mark.parametrize("name", [*FIELDS, "signature"])
def test_no_field_can_be_changed_dropped_or_doubled(name: str) -> None:
    fields = fields_of(BODY)
    assert fields is not None

    for value in (fields[name] + "x", fields[name][:-1], "", "x"):
        if value != fields[name]:
            refused(form(fields | {name: value}))
    refused(form({each: value for each, value in fields.items() if each != name}))
    assert refused(BODY + b"&" + urlencode({name: fields[name]}).encode()) is Reason.FORMAT
    assert refused(BODY + b"&more=1") is Reason.SIGNATURE


@pytest.mark.parametrize(
    "pem",
    [
        lambda: certificate("forger", 3, common_name=NAME),
        lambda: leaf("forger", issuer="forger"),
        lambda: leaf("forger", issuer="unionpay root"),
        lambda: leaf("forger", issuer="unionpay root", issuer_name="ROOT"),
        lambda: leaf("forger", common_name="041@8310000000083040@某某商户有限公司@00016495"),
        lambda: leaf("forger", common_name="中国银联股份有限公司"),
        lambda: leaf("forger", common_name="a@中国银联股份有限公司"),
        lambda: leaf("forger", valid_until=NOW - timedelta(seconds=1)),
        lambda: leaf("forger", valid_from=NOW + timedelta(seconds=1)),
        root,
        lambda: "",
        lambda: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        lambda: "x" * 5000,
    ],
)
def test_the_certificate_that_comes_along_must_be_theirs(pem: Any) -> None:
    """Well signed with the key in its own certificate, as any forger can."""
    assert refused(notice({"signPubKeyCert": pem()}, "forger")) in {Reason.CERTIFICATE, Reason.FIELD}


def test_their_certificate_does_not_vouch_for_another_key() -> None:
    assert refused(notice(signer="forger")) is Reason.SIGNATURE


def test_a_pinned_certificate_is_the_only_one() -> None:
    fingerprint = x509.load_pem_x509_certificate(leaf().encode()).fingerprint(SHA256()).hex()

    assert unionpay(pinned=frozenset({fingerprint})).read_callback({}, BODY, NOW).event_key
    with pytest.raises(CallbackRefused):
        unionpay(pinned=frozenset({"00" * 32})).read_callback({}, BODY, NOW)


def test_a_known_certificate_still_expires() -> None:
    assert read(BODY).event_key

    with pytest.raises(CallbackRefused):
        UNIONPAY.read_callback({}, BODY, NOW + timedelta(days=101))


def test_middle_and_root_must_be_a_chain() -> None:
    with pytest.raises(ValueError, match="root"):
        unionpay(middle_certificates=[certificate("forger", 3, common_name=NAME)])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": "5.0.0"}, Reason.ALGORITHM),
        ({"signMethod": "11"}, Reason.ALGORITHM),
        ({"encoding": "GBK"}, Reason.FORMAT),
        ({"merId": "777290058167152"}, Reason.MERCHANT),
        ({"currencyCode": "840"}, Reason.CURRENCY),
        ({"txnAmt": "19.99"}, Reason.AMOUNT),
        ({"txnAmt": "-1"}, Reason.AMOUNT),
        ({"txnAmt": "１９９９"}, Reason.AMOUNT),
        ({"txnAmt": "9" * 16}, Reason.AMOUNT),
        ({"txnAmt": ""}, Reason.FIELD),
        ({"orderId": ""}, Reason.FIELD),
        ({"queryId": ""}, Reason.FIELD),
        (REFUND | {"queryId": ""}, Reason.FIELD),
        ({"respCode": ""}, Reason.FIELD),
        ({"txnTime": "yesterday"}, Reason.FIELD),
        ({"traceTime": "1340000000"}, Reason.FIELD),
        ({"traceTime": "112009595"}, Reason.FIELD),
    ],
)
def test_a_well_signed_notice_that_is_not_ours_or_makes_no_sense(changes: dict[str, str], reason: Reason) -> None:
    assert refused(notice(changes)) is reason


def test_gbk_and_large_bodies_are_refused() -> None:
    assert refused(urlencode(signed(FIELDS), encoding="gbk").encode()) is Reason.FORMAT
    assert refused("respMsg=成功".encode("gbk")) is Reason.FORMAT
    assert refused(b"a" * (LARGEST_CALLBACK + 1)) is Reason.TOO_LARGE


@given(st.binary(max_size=400))
def test_whatever_arrives_ends_as_a_refusal(body: bytes) -> None:
    refused(body)


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(st.characters(codec="utf-8"), max_size=30), min_size=1))
def test_whatever_is_signed_is_read_or_refused(changes: dict[str, str]) -> None:
    with suppress(CallbackRefused):
        assert read(notice(changes)).verified_serial == "68759585078"


def test_a_certificate_of_a_version_there_is_none_of_is_refused() -> None:
    body = form(signed(FIELDS | {"signPubKeyCert": _of_version(10)}))

    assert refused(body) is Reason.CERTIFICATE


def _of_version(version: int) -> str:
    """The signer's certificate with another version in it (RFC 5280, section 4.1.2.1)."""
    der = x509.load_pem_x509_certificate(FIELDS["signPubKeyCert"].encode()).public_bytes(Encoding.DER)
    changed = der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a0030201") + bytes([version]), 1)
    assert changed != der
    return "-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(changed).decode() + "-----END CERTIFICATE-----\n"
