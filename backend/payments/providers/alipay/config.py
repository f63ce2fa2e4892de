"""One application of Alipay and the keys on both sides."""

from collections.abc import Sequence

from msgspec import Struct

GATEWAY = "https://openapi.alipay.com/gateway.do"


class AlipayConfig(Struct, frozen=True, kw_only=True):
    """Key mode gives `public_key_pem` (Alipay's, not ours); certificate mode gives our `app_certificate_pem`, Alipay's
    `certificates` (the old and the new one while they change) and the bundle of `root_certificates_pem`.
    """

    app_id: str
    seller_id: str
    app_key_pem: str
    notify_url: str
    public_key_pem: str | None = None
    app_certificate_pem: str | None = None
    certificates: Sequence[str] = ()
    root_certificates_pem: str | None = None
    gateway: str = GATEWAY

    def __post_init__(self) -> None:
        by_certificate = self.app_certificate_pem and self.certificates and self.root_certificates_pem
        if bool(self.public_key_pem) == bool(by_certificate):
            raise ValueError("Alipay needs either its public key, or all three kinds of certificates")
        if "?" in self.notify_url:
            raise ValueError("Alipay's notify_url should carry no query string")
