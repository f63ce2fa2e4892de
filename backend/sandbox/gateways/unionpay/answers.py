"""What UnionPay signs: answers, joined by & and not URL-encoded, and notices; its certificate comes along."""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from litestar import Response

from backend.sandbox.gateways.unionpay.refusals import WORDS, Code, Refused
from backend.sandbox.gateways.unionpay.signing import joined, signed

_REPEATED = ("txnType", "txnSubType", "bizType", "accessType", "orderId", "txnTime", "reqReserved")


class Signer:
    """`mer_id`: whom it all is for."""

    def __init__(self, key: RSAPrivateKey, certificate_pem: str, mer_id: str) -> None:
        self._key, self._mer_id = key, mer_id
        self._certificate = certificate_pem.strip().replace("\n", "\r\n")

    def sign(self, facts: Mapping[str, str]) -> dict[str, str]:
        common = {
            "version": "5.1.0",
            "encoding": "UTF-8",
            "signMethod": "01",
            "signPubKeyCert": self._certificate,
            "merId": self._mer_id,
        }
        told = {name: str(value) for name, value in facts.items() if value}
        return signed(self._key, common | told)

    def answer(self, asked: Mapping[str, str], facts: Mapping[str, str]) -> Response[bytes]:
        repeated = {name: asked[name] for name in _REPEATED if asked.get(name)}
        done = {"respCode": Code.DONE, "respMsg": WORDS[Code.DONE]}
        return _response(self.sign(repeated | done | dict(facts)))

    def refuse(self, asked: Mapping[str, str], refused: Refused) -> Response[bytes]:
        return self.answer(asked, {"respCode": refused.code, "respMsg": refused.said})


def _response(told: Mapping[str, str]) -> Response[bytes]:
    return Response(joined(told).encode(), status_code=200, media_type="text/html;charset=UTF-8")
