"""WeChat Pay's callbacks: what is believed, and that nothing else ever is."""

import json
import string
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.payments.models import Channel, Kind, ObservedState
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.protocol import LARGEST_CALLBACK, Callback
from backend.payments.providers.wechat.config import Cipher
from tests.payments.providers.flips import every_flip, flipped, masks, places
from tests.payments.providers.keys import NOW, certificate
from tests.payments.providers.wechat.gateway import KEY_ID, REFUND, TRANSACTION, notice, pay, seal, signed

WECHAT = pay()
BODY = notice(TRANSACTION)
HEADERS = signed(BODY)


def read(body: bytes = BODY, headers: dict[str, str] | None = None) -> Callback:
    return WECHAT.read_callback(signed(body) if headers is None else headers, body, NOW)


def refused(body: bytes = BODY, headers: dict[str, str] | None = None) -> Reason:
    with pytest.raises(CallbackRefused) as caught:
        read(body, headers)
    return caught.value.reason


def test_a_payment_is_told() -> None:
    told = read()

    assert (told.event_key, told.verified_serial) == ("EV-2026112010000000001", KEY_ID)
    seen = told.observation
    assert (seen.channel, seen.kind, seen.state) == (Channel.WECHAT, Kind.PAYMENT, ObservedState.PAID)
    assert (seen.order_no, seen.provider_txn_id) == ("PAY0000000000001", "4200002026112000000001")
    assert (seen.amount_fen, seen.total_fen, seen.currency) == (1999, 1999, "CNY")
    assert seen.occurred_at == datetime(2026, 11, 20, 1, 59, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "state"),
    [("SUCCESS", ObservedState.REFUNDED), ("CLOSED", ObservedState.CLOSED), ("ABNORMAL", ObservedState.ABNORMAL)],
)
def test_a_refund_is_told(status: str, state: ObservedState) -> None:
    seen = read(notice(REFUND | {"refund_status": status}, f"REFUND.{status}")).observation

    assert (seen.kind, seen.state, seen.amount_fen, seen.total_fen) == (Kind.REFUND, state, 500, 1999)
    assert (seen.refund_no, seen.provider_refund_id) == ("REF0000000000001", "50000000382019052709732678859")
    assert (seen.order_no, seen.provider_txn_id) == ("PAY0000000000001", "4200002026112000000001")


def test_an_unknown_event_moves_nothing() -> None:
    assert read(notice({}, "PAYSCORE.USER_PAID")).observation.kind is Kind.OTHER


def test_the_type_of_signature_may_be_left_out() -> None:
    headers = {name: value for name, value in HEADERS.items() if name != "Wechatpay-Signature-Type"}

    assert read(headers=headers).event_key


def test_header_names_come_in_any_case() -> None:
    assert read(headers={name.upper(): value for name, value in HEADERS.items()}).event_key


def test_no_changed_byte_of_the_body_is_believed() -> None:
    for changed in every_flip(BODY):
        assert refused(changed, HEADERS) is Reason.SIGNATURE


@pytest.mark.parametrize("name", HEADERS)
def test_no_changed_byte_of_a_header_is_believed(name: str) -> None:
    for mask in (1, 2, 16, 32, 128):
        for changed in every_flip(HEADERS[name].encode(), mask):
            refused(headers=HEADERS | {name: changed.decode("latin-1")})


@given(places, masks)
def test_any_flip_of_the_body_is_refused(at: int, by: int) -> None:
    assert refused(flipped(BODY, at, by), HEADERS) is Reason.SIGNATURE


@given(st.sampled_from(sorted(HEADERS)), places, masks)
def test_any_flip_of_any_header_is_refused(name: str, at: int, by: int) -> None:
    refused(headers=HEADERS | {name: flipped(HEADERS[name].encode(), at, by).decode("latin-1")})


@given(places, masks)
def test_any_flip_of_the_signature_is_refused(at: int, by: int) -> None:
    changed = flipped(HEADERS["Wechatpay-Signature"].encode(), at, by).decode("latin-1")

    refused(headers=HEADERS | {"Wechatpay-Signature": changed})


def test_a_signature_is_written_in_one_way_only() -> None:
    """Of sixteen last characters all decode to the same bytes; and nothing may stand around them."""
    signature = HEADERS["Wechatpay-Signature"]
    others = set(string.ascii_letters + string.digits + "+/") - {signature[-3]}

    for other in others:
        refused(headers=HEADERS | {"Wechatpay-Signature": f"{signature[:-3]}{other}=="})
    for written in (signature + "=", signature[:-1], signature + "AAAA", f" {signature}", signature.replace("/", "_")):
        if written != signature:
            refused(headers=HEADERS | {"Wechatpay-Signature": written})


@pytest.mark.parametrize("name", [each for each in HEADERS if each != "Wechatpay-Signature-Type"])
def test_every_header_is_needed(name: str) -> None:
    assert refused(headers={each: value for each, value in HEADERS.items() if each != name}) is Reason.FORMAT


@pytest.mark.parametrize("age_s", [-299, 0, 299])
def test_inside_the_window_it_is_believed(age_s: int) -> None:
    assert read(headers=signed(BODY, age_s=age_s)).event_key


@pytest.mark.parametrize("age_s", [-86400, -300, 300, 5 * 365 * 86400])
def test_outside_the_window_it_is_stale(age_s: int) -> None:
    assert refused(headers=signed(BODY, age_s=age_s)) is Reason.STALE


@pytest.mark.parametrize("probe", ["WECHATPAY/SIGNTEST/", "WECHATPAY/SIGNTEST/kDq0RhJ0tA=="])
def test_a_probe_is_refused_and_known_for_one(probe: str) -> None:
    assert refused(headers=HEADERS | {"Wechatpay-Signature": probe}) is Reason.PROBE


def test_sm2_signatures_are_not_taken_for_rsa() -> None:
    assert refused(headers=HEADERS | {"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}) is Reason.ALGORITHM


def test_our_own_key_signs_nothing_for_them() -> None:
    assert refused(headers=signed(BODY, signer="wechat merchant")) is Reason.SIGNATURE


def test_too_large_a_body_is_refused_unread() -> None:
    assert refused(b" " * (LARGEST_CALLBACK + 1)) is Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mchid": "1900000110"}, Reason.MERCHANT),
        ({"appid": "wxffffffffffffffff"}, Reason.MERCHANT),
        ({"trade_state": "NOTPAY"}, Reason.FIELD),
        ({"transaction_id": ""}, Reason.FIELD),
        ({"out_trade_no": "'; --"}, Reason.FIELD),
        ({"amount": None}, Reason.FIELD),
        ({"amount": {"total": 1999, "currency": "USD"}}, Reason.CURRENCY),
        ({"amount": {"total": -1, "currency": "CNY"}}, Reason.AMOUNT),
        ({"amount": {"total": 10**15 + 1, "currency": "CNY"}}, Reason.AMOUNT),
        ({"amount": {"total": 19.99, "currency": "CNY"}}, Reason.FORMAT),
        ({"amount": {"total": 1999.0, "currency": "CNY"}}, Reason.FORMAT),
        ({"amount": {"total": True, "currency": "CNY"}}, Reason.FORMAT),
        ({"amount": {"total": "1999", "currency": "CNY"}}, Reason.FORMAT),
        ({"success_time": "yesterday"}, Reason.FORMAT),
        ({"success_time": "2026-11-20T09:59:58"}, Reason.FIELD),
    ],
)
def test_a_well_signed_notice_that_is_not_ours_or_makes_no_sense(changes: dict[str, Any], reason: Reason) -> None:
    assert refused(notice(TRANSACTION | changes)) is reason


@pytest.mark.parametrize(
    "changes",
    [
        {"mchid": "1900000110"},
        {"refund_status": "CLOSED"},
        {"amount": {"total": 100, "refund": 101}},
        {"amount": {"total": 100, "refund": 0}},
        {"amount": {"total": 100, "refund": 1.5}},
    ],
)
def test_a_refund_that_makes_no_sense(changes: dict[str, Any]) -> None:
    refused(notice(REFUND | changes, "REFUND.SUCCESS"))


def test_a_refund_names_its_merchant() -> None:
    told = {name: value for name, value in REFUND.items() if name != "mchid"}

    assert refused(notice(told, "REFUND.SUCCESS")) is Reason.FIELD


@pytest.mark.parametrize(
    "resource",
    [{"nonce": "short"}, {"nonce": ""}, {"ciphertext": "%%%"}, {"ciphertext": ""}, {"associated_data": "x" * 99},
     {"algorithm": "AEAD_SM4_GCM"}, {"algorithm": ""}, {"associated_data": None}],
)  # fmt: skip
def test_a_resource_that_does_not_open(resource: dict[str, Any]) -> None:
    refused(notice(TRANSACTION, resource=resource))


def test_sealed_with_sm4_for_a_merchant_of_national_algorithms() -> None:
    body = notice(TRANSACTION, resource=seal(json.dumps(TRANSACTION).encode(), Cipher.SM4))

    told = pay(cipher=Cipher.SM4).read_callback(signed(body), body, NOW)

    assert told.observation.amount_fen == 1999


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"null", b"\xff", "支付".encode("gbk"), b'{"id":1}', b"[" * 60_000, b'{"id":' * 10_000],
)
def test_a_signed_body_that_is_no_notice(body: bytes) -> None:
    assert refused(body) is Reason.FORMAT


@given(st.binary(max_size=300), st.dictionaries(st.sampled_from([*HEADERS, "x"]), st.text(max_size=40), max_size=6))
def test_whatever_arrives_ends_as_a_refusal(body: bytes, headers: dict[str, str]) -> None:
    refused(body, HEADERS | headers)


@given(st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(), st.lists))
def test_whatever_is_sealed_and_signed_for_a_payment_ends_as_a_refusal(told: Any) -> None:
    for name in TRANSACTION.keys() & {"amount", "mchid", "out_trade_no", "transaction_id", "trade_state"}:
        if told != TRANSACTION[name] and not (isinstance(told, str) and told.isalnum()):
            refused(notice(TRANSACTION | {name: told}))


def test_both_kinds_of_keys_are_believed_while_a_merchant_is_moved() -> None:
    pem = certificate("wechat certificate", 0x5F1C72E2A8931B72A2E13AF8DEE92471EB397115)
    both = pay(certificates=[pem])
    by_certificate = signed(BODY, signer="wechat certificate", serial="5F1C72E2A8931B72A2E13AF8DEE92471EB397115")

    assert both.read_callback(HEADERS, BODY, NOW).verified_serial == KEY_ID
    assert both.read_callback(by_certificate, BODY, NOW).event_key
    with pytest.raises(CallbackRefused):
        both.read_callback(by_certificate | {"Wechatpay-Serial": KEY_ID}, BODY, NOW)
