"""Certificate mode: published serial numbers, both certificates while they change, validity."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest
from cryptography import x509

from backend.payments.models import ObservedState, OrderNo
from backend.payments.providers.alipay.keys import app_certificate_sn, certificate_sn, root_certificate_sn
from backend.payments.providers.errors import CallbackRefused, Reason
from tests.payments.providers.alipay.gateway import alipay, answer, notice
from tests.payments.providers.alipay.test_calls import ORDER_NO, TRADE
from tests.payments.providers.keys import NOW, certificate
from tests.payments.providers.vectors import vector

PUBLISHED = vector("alipay_cert_sn")
ROOTS = Path(__file__).with_name("alipay_roots.crt").read_text()
OLD = certificate("alipay", 1001, valid_until=NOW + timedelta(days=1))
NEW = certificate("new alipay", 1002)
SN = {pem: certificate_sn(x509.load_pem_x509_certificate(pem.encode())) for pem in (OLD, NEW)}
MODE = {
    "public_key_pem": None,
    "app_certificate_pem": PUBLISHED["app_cert_pem"],
    "certificates": [OLD, NEW],
    "root_certificates_pem": ROOTS,
}


def test_the_published_serial_of_a_certificate() -> None:
    assert app_certificate_sn(PUBLISHED["app_cert_pem"]) == PUBLISHED["app_cert_sn"]


def test_the_published_serial_of_the_roots() -> None:
    assert root_certificate_sn(ROOTS) == PUBLISHED["alipay_root_cert_sn"]


def test_old_and_new_certificate_are_both_believed() -> None:
    both = alipay(**MODE)

    for pem, signer in ((OLD, "alipay"), (NEW, "new alipay")):
        named = notice({"alipay_cert_sn": SN[pem]}, signer=signer)
        assert both.read_callback({}, named, NOW).verified_serial == SN[pem]
        assert both.read_callback({}, notice(signer=signer), NOW).verified_serial == SN[pem]


def test_a_message_that_names_a_certificate_is_held_to_it() -> None:
    with pytest.raises(CallbackRefused) as caught:
        alipay(**MODE).read_callback({}, notice({"alipay_cert_sn": SN[OLD]}, signer="new alipay"), NOW)

    assert caught.value.reason is Reason.SIGNATURE


def test_an_expired_certificate_is_not_believed() -> None:
    with pytest.raises(CallbackRefused):
        alipay(**MODE).read_callback({}, notice(signer="alipay"), NOW + timedelta(days=2))


async def test_requests_name_our_certificate_and_answers_theirs() -> None:
    asked: list[dict[str, str]] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(dict(parse_qsl(request.content.decode())))
        body = answer("alipay.trade.query", TRADE, signer="new alipay")
        return httpx.Response(200, content=body[:-1] + f',"alipay_cert_sn":"{SN[NEW]}"}}'.encode())

    seen = await alipay(httpx.MockTransport(reply), **MODE).query(OrderNo(ORDER_NO), NOW, NOW)

    assert seen.state is ObservedState.PAID
    assert asked[0]["app_cert_sn"] == PUBLISHED["app_cert_sn"]
    assert asked[0]["alipay_root_cert_sn"] == PUBLISHED["alipay_root_cert_sn"]


@pytest.mark.parametrize(
    "changes",
    [{"public_key_pem": None}, {"certificates": [NEW], "app_certificate_pem": NEW, "root_certificates_pem": ROOTS}],
)
def test_one_mode_and_only_one_is_set(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="either"):
        alipay(**changes)
