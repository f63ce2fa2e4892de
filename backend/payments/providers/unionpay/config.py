"""One merchant of UnionPay and the certificates on both sides."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

GATEWAY = "https://gateway.95516.com/gateway/api"
FILES = "https://filedownload.95516.com/"
UNIONPAY = "中国银联股份有限公司"


class UnionpayConfig(Struct, frozen=True, kw_only=True):
    """`cert_id`: decimal serial of our signing certificate. UnionPay sends its own certificate along; it counts only
    when one of `middle_certificates`, below `root_certificate`, issued it to one of `signer_names`, and when it is
    among `pinned` (SHA-256 fingerprints in hex) if any are. Orders live at most `longest_order`: before that, a
    failure that UnionPay reports is not the end.
    """

    mer_id: str
    cert_id: str
    sign_key_pem: str
    back_url: str
    root_certificate: str
    middle_certificates: Sequence[str]
    signer_names: Sequence[str] = (UNIONPAY,)
    pinned: frozenset[str] = frozenset()
    longest_order: timedelta = timedelta(hours=2)
    gateway: str = GATEWAY
    files: str = FILES
