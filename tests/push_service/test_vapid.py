"""The VAPID header is believed only when everything about it fits (RFC 8292)."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.push_service.vapid import VapidRefused, verify_vapid

# RFC 8292, section 2.4
TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6"
    "Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSS"
    "HzvoD1oA"
)
KEY = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
ORIGIN = "https://push.example.net"
EXPIRES = 1453523768


@pytest.mark.parametrize(
    "header",
    [
        f"vapid t={TOKEN}, k={KEY}",
        f"vapid t={TOKEN},k={KEY}",
        f"VAPID k={KEY}, t={TOKEN}",
        f'vapid t="{TOKEN}", k="{KEY}"',
        f"vapid t={TOKEN}, k={KEY}=",
    ],
)
def test_the_example_of_the_rfc_is_believed_in_every_spelling(header: str) -> None:
    claims = verify_vapid(header, ORIGIN, KEY + "=", EXPIRES - 3600)

    assert claims == {"aud": ORIGIN, "exp": EXPIRES, "sub": "mailto:push@example.com"}


@pytest.mark.parametrize(
    ("header", "origin", "key", "now_s", "status", "reason"),
    [
        (None, ORIGIN, KEY, EXPIRES - 1, 401, "must be: vapid"),
        (f"Bearer {TOKEN}", ORIGIN, KEY, EXPIRES - 1, 401, "must be: vapid"),
        (f"vapid t={TOKEN}", ORIGIN, KEY, EXPIRES - 1, 401, "must be: vapid"),
        (f"vapid t={TOKEN[:-4]}AAAA, k={KEY}", ORIGIN, KEY, EXPIRES - 1, 401, "signature"),
        (f"vapid t=a.b, k={KEY}", ORIGIN, KEY, EXPIRES - 1, 401, "invalid JWT"),
        (f"vapid t={TOKEN}, k=BAAA", ORIGIN, KEY, EXPIRES - 1, 401, "invalid JWT"),
        (f"vapid t={TOKEN}, k={KEY}", ORIGIN, "B" + "A" * 86, EXPIRES - 1, 403, "correspond"),
        (f"vapid t={TOKEN}, k={KEY}", "https://push.example.org", KEY, EXPIRES - 1, 403, "aud"),
        (f"vapid t={TOKEN}, k={KEY}", ORIGIN, KEY, EXPIRES, 403, "expired"),
        (f"vapid t={TOKEN}, k={KEY}", ORIGIN, KEY, EXPIRES - 24 * 3600 - 1, 403, "24 hours"),
    ],
)
def test_what_does_not_fit_is_refused(
    header: str | None, origin: str, key: str, now_s: float, status: int, reason: str
) -> None:
    with pytest.raises(VapidRefused, match=reason) as refused:
        verify_vapid(header, origin, key, now_s)

    assert refused.value.status == status


@pytest.mark.parametrize("contact", ["", "a@example.com"])
def test_a_token_without_a_contact_is_refused(contact: str) -> None:
    header = signed({"alg": "ES256"}, {"aud": ORIGIN, "exp": EXPIRES, "sub": contact})

    with pytest.raises(VapidRefused, match="mailto"):
        verify_vapid(header, ORIGIN, None, EXPIRES - 1)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384"])
def test_only_es256_counts(algorithm: str) -> None:
    header = signed({"alg": algorithm}, {"aud": ORIGIN, "exp": EXPIRES, "sub": "mailto:a@example.com"})

    with pytest.raises(VapidRefused, match="ES256"):
        verify_vapid(header, ORIGIN, None, EXPIRES - 1)


def signed(header: dict[str, object], claims: dict[str, object]) -> str:
    """A header that py_vapid would not make."""
    key = ec.generate_private_key(ec.SECP256R1())
    text = ".".join(b64url(json.dumps(part).encode()) for part in (header, claims))
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(SHA256())))
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return f"vapid t={text}.{b64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}, k={b64url(point)}"


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
