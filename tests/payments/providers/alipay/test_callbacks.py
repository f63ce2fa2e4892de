"""Alipay's notices: payments, refunds, closings and endings told apart, and nothing forged believed."""

from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from backend.payments.models import Kind, ObservedState
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.protocol import LARGEST_CALLBACK, Callback
from tests.payments.providers.alipay.gateway import NOTICE, PARTIAL, alipay, notice
from tests.payments.providers.flips import every_flip, flipped, masks, places
from tests.payments.providers.forms import fields_of, form
from tests.payments.providers.keys import NOW

ALIPAY = alipay()
BODY = notice()


def read(body: bytes) -> Callback:
    return ALIPAY.read_callback({}, body, NOW)


def refused(body: bytes) -> Reason:
    with pytest.raises(CallbackRefused) as caught:
        read(body)
    return caught.value.reason


def test_a_payment_is_told() -> None:
    told = read(BODY)

    assert (told.event_key, told.verified_serial) == ("2026112000222100000000001", "public-key")
    seen = told.observation
    assert (seen.kind, seen.state) == (Kind.PAYMENT, ObservedState.PAID)
    assert (seen.order_no, seen.provider_txn_id) == ("PAY0000000000001", "2026112022001400000000001")
    assert (seen.amount_fen, seen.total_fen, seen.refunded_total_fen) == (1999, 1999, None)
    assert seen.occurred_at == datetime(2026, 11, 20, 1, 59, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "kind", "state", "refunded"),
    [
        (PARTIAL, Kind.REFUND, ObservedState.PARTIALLY_REFUNDED, 500),
        (PARTIAL | {"refund_fee": "19.99"}, Kind.REFUND, ObservedState.REFUNDED, 1999),
        ({"gmt_refund": "2026-11-20 09:59:59"}, Kind.REFUND, ObservedState.PARTIALLY_REFUNDED, None),
        (PARTIAL | {"trade_status": "TRADE_CLOSED", "refund_fee": "19.99"}, Kind.REFUND, ObservedState.REFUNDED, 1999),
        ({"trade_status": "TRADE_CLOSED"}, Kind.CLOSED, ObservedState.CLOSED, None),
        ({"trade_status": "TRADE_FINISHED", "refund_fee": "0.00"}, Kind.PAYMENT, ObservedState.FINISHED, 0),
        (PARTIAL | {"trade_status": "TRADE_FINISHED"}, Kind.PAYMENT, ObservedState.FINISHED, 500),
        ({"refund_fee": "0.00"}, Kind.PAYMENT, ObservedState.PAID, 0),
        ({"trade_status": "WAIT_BUYER_PAY"}, Kind.PAYMENT, ObservedState.PENDING, None),
        ({"notify_type": "dback_status_sync"}, Kind.OTHER, ObservedState.UNKNOWN, None),
    ],
)
def test_notices_to_the_same_address_are_told_apart(
    changes: dict[str, str], kind: Kind, state: ObservedState, refunded: int | None
) -> None:
    seen = read(notice(changes)).observation

    assert (seen.kind, seen.state, seen.refunded_total_fen) == (kind, state, refunded)


def test_a_refund_notice_names_our_number_and_not_its_own_amount() -> None:
    seen = read(notice(PARTIAL)).observation

    assert (seen.refund_no, seen.amount_fen, seen.total_fen) == ("REF0000000000001", None, 1999)


def test_no_changed_byte_of_the_body_changes_what_is_believed() -> None:
    """Percent-escapes may be written in either case: the fields are the same then, and so is the truth."""
    for mask in (1, 4, 32):
        for changed in every_flip(BODY, mask):
            if fields_of(changed) != fields_of(BODY):
                refused(changed)


@given(places, masks)
def test_any_flip_of_the_body_changes_nothing_that_is_believed(at: int, by: int) -> None:
    changed = flipped(BODY, at, by)

    if fields_of(changed) != fields_of(BODY):
        refused(changed)


@pytest.mark.parametrize("name", [*NOTICE, "sign"])
def test_no_field_can_be_changed_dropped_or_doubled(name: str) -> None:
    fields = fields_of(BODY)
    assert fields is not None

    for value in (fields[name] + "x", fields[name][:-1], "", "x"):
        if value != fields[name]:
            refused(form(fields | {name: value}))
    refused(form({each: value for each, value in fields.items() if each != name}))
    assert refused(BODY + b"&" + urlencode({name: fields[name]}).encode()) is Reason.FORMAT


def test_a_field_cannot_be_added() -> None:
    assert refused(BODY + b"&refund_fee=19.99") is Reason.SIGNATURE


def test_a_notice_in_gbk_is_verified_in_gbk() -> None:
    assert read(notice({"charset": "GBK"})).observation.amount_fen == 1999


def test_gbk_bytes_under_another_name_are_refused() -> None:
    assert refused(notice({"charset": "GBK"}).replace(b"GBK", b"utf-8")) is Reason.FORMAT
    assert refused("subject=居住证".encode("gbk")) is Reason.FORMAT
    assert refused(notice({"charset": "utf-7"})) is Reason.FORMAT


@pytest.mark.parametrize("empties", [True, False])
def test_empty_values_may_be_signed_or_left_out(empties: bool) -> None:
    body = notice({"passback_params": "", "refund_fee": ""}, empties=empties)

    assert read(body).observation.state is ObservedState.PAID


@pytest.mark.parametrize("hashing", [hashes.MD5(), hashes.SHA1(), hashes.SHA512()])  # noqa: S303
def test_only_sha256_counts(hashing: hashes.HashAlgorithm) -> None:
    assert refused(notice(hashing=hashing)) is Reason.SIGNATURE


def test_only_rsa2_counts() -> None:
    assert refused(notice({"sign_type": "RSA"})) is Reason.ALGORITHM


def test_our_own_key_signs_nothing_for_them() -> None:
    assert refused(notice(signer="alipay app")) is Reason.SIGNATURE


def test_a_certificate_that_is_not_loaded_is_unknown() -> None:
    assert refused(notice({"alipay_cert_sn": "0" * 32})) is Reason.UNKNOWN_KEY


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"app_id": "2021000000000002"}, Reason.MERCHANT),
        ({"seller_id": "2088000000000009"}, Reason.MERCHANT),
        ({"seller_id": ""}, Reason.FIELD),
        ({"out_trade_no": ""}, Reason.FIELD),
        ({"out_trade_no": "x" * 65}, Reason.FIELD),
        ({"trade_status": "TRADE_WONDERFUL"}, Reason.FIELD),
        ({"total_amount": "19.990"}, Reason.AMOUNT),
        ({"total_amount": "1.999e1"}, Reason.AMOUNT),
        ({"total_amount": "-19.99"}, Reason.AMOUNT),
        (PARTIAL | {"refund_fee": "20.00"}, Reason.AMOUNT),
        (PARTIAL | {"refund_fee": "NaN"}, Reason.AMOUNT),
        ({"gmt_payment": "yesterday"}, Reason.FIELD),
        ({"notify_id": ""}, Reason.FIELD),
    ],
)
def test_a_well_signed_notice_that_is_not_ours_or_makes_no_sense(changes: dict[str, str], reason: Reason) -> None:
    assert refused(notice(changes)) is reason


@pytest.mark.parametrize("body", [b"", b"&", b"a", b"a=%", b"a=%f", b"a=%zz", b"a=%ff", b"\xff=1", b"a=1&a=1", b"{}"])
def test_a_body_that_is_no_form(body: bytes) -> None:
    assert refused(body) is Reason.FORMAT


def test_too_large_a_body_and_too_many_fields_are_refused() -> None:
    assert refused(b"a" * (LARGEST_CALLBACK + 1)) is Reason.TOO_LARGE
    assert refused("&".join(f"a{n}=1" for n in range(101)).encode()) is Reason.FORMAT


@pytest.mark.parametrize("signature", ["%%%", "abc", "=", "密", " ", "A" * 344])
def test_a_signature_that_is_none(signature: str) -> None:
    refused(form(NOTICE | {"sign": signature}))


@given(st.binary(max_size=400))
def test_whatever_arrives_ends_as_a_refusal(body: bytes) -> None:
    refused(body)


@given(st.dictionaries(st.sampled_from(sorted(NOTICE)), st.text(st.characters(codec="utf-8"), max_size=30), min_size=1))
def test_whatever_is_signed_is_read_or_refused(changes: dict[str, str]) -> None:
    fields = NOTICE | changes | {"charset": "utf-8", "sign_type": "RSA2"}

    with suppress(CallbackRefused):
        assert read(notice(fields)).verified_serial == "public-key"
