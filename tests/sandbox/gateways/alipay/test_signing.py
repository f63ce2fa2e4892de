"""Names of certificates, as published."""

from tests.payments.providers.vectors import vector
from tests.sandbox.gateways.alipay.hall import sn_of


def test_certificates_are_named_as_published() -> None:
    published = vector("alipay_cert_sn")

    assert sn_of(published["app_cert_pem"]) == published["app_cert_sn"]
