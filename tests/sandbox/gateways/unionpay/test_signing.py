"""The published message, digested and verified."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from backend.sandbox.gateways.unionpay.signing import digest, is_signed
from tests.payments.providers.vectors import vector


def test_the_published_message_is_digested_and_verified_as_published() -> None:
    published = vector("unionpay_query_response")
    key = x509.load_pem_x509_certificate(published["params"]["signPubKeyCert"].encode()).public_key()
    assert isinstance(key, RSAPublicKey)

    assert digest(published["params"]).decode() == published["sha256_hex"]
    assert is_signed(key, published["params"])
    assert not is_signed(key, published["params"] | {"txnAmt": "2"})
