"""When an ID token is believed, and by which check it falls (OpenID Connect Core, section 3.1.3.7; RFC 8725)."""

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey, import_key

from backend.citizens.errors import ProviderAnswerRefused
from backend.citizens.oidc.id_token import UnknownKey, read_key_set, verify_id_token
from backend.sandbox.signing import Signer, base64url, half_hash

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())
SIGNER = Signer()
SECRET = "the secret of the client"
CLAIMS = {
    "iss": "https://provider.test",
    "sub": "x1",
    "aud": "hall",
    "exp": SECOND + 300,
    "iat": SECOND,
    "nonce": "n1",
    "at_hash": half_hash("access"),
}
Claims = dict[str, Any]


def _verify(token: str, *more_keys: dict[str, Any]) -> Claims:
    keys = read_key_set({"keys": [SIGNER.jwk(), *more_keys]})
    return dict(
        verify_id_token(
            token, keys, issuer="https://provider.test", client_id="hall", nonce="n1", access_token="access", now=NOW
        )
    )


def _with(**changes: Any) -> str:
    return SIGNER.sign({**CLAIMS, **changes})


def _without(name: str) -> str:
    return SIGNER.sign({claim: value for claim, value in CLAIMS.items() if claim != name})


def _hs256(secret: bytes) -> str:
    header = {"alg": "HS256", "typ": "JWT", "kid": SIGNER.kid}
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, CLAIMS))
    return f"{signed}.{base64url(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _public_pem() -> bytes:
    key = import_key(SIGNER.jwk(), "EC")
    assert isinstance(key, ECKey)
    return key.as_pem(private=False)


def _changed_after_signing() -> str:
    header, _, signature = SIGNER.sign(CLAIMS).split(".")
    return f"{header}.{base64url(json.dumps({**CLAIMS, 'sub': 'somebody else'}).encode())}.{signature}"


def _own_key_in_header() -> str:
    attacker = Signer()
    return attacker.sign(CLAIMS, kid=SIGNER.kid, jwk=attacker.jwk())


FORGED: dict[str, tuple[str, Callable[[], str]]] = {
    "wrong issuer": ("iss", lambda: _with(iss="https://evil.test")),
    "issuer with a slash more": ("iss", lambda: _with(iss="https://provider.test/")),
    "issuers in a list": ("iss", lambda: _with(iss=["https://provider.test"])),
    "no issuer": ("iss", lambda: _without("iss")),
    "for another client": ("aud", lambda: _with(aud="another")),
    "for us and another": ("aud", lambda: _with(aud=["hall", "another"])),
    "for nobody": ("aud", lambda: _with(aud=[])),
    "no audience": ("aud", lambda: _without("aud")),
    "another authorized party": ("azp", lambda: _with(azp="another")),
    "no authorized party in it": ("azp", lambda: _with(azp=None)),
    "expired": ("exp", lambda: _with(exp=SECOND - 61)),
    "never expires": ("exp", lambda: _without("exp")),
    "expiry is a word": ("exp", lambda: _with(exp="tomorrow")),
    "expiry is not a number": ("exp", lambda: _with(exp=float("nan"))),
    "issued in the future": ("iat", lambda: _with(iat=SECOND + 61)),
    "no time of issue": ("iat", lambda: _without("iat")),
    "not valid yet": ("nbf", lambda: _with(nbf=SECOND + 61)),
    "another nonce": ("nonce", lambda: _with(nonce="n2")),
    "no nonce": ("nonce", lambda: _without("nonce")),
    "nonce in a list": ("nonce", lambda: _with(nonce=["n1"])),
    "no subject": ("sub", lambda: _without("sub")),
    "empty subject": ("sub", lambda: _with(sub="")),
    "subject is a number": ("sub", lambda: _with(sub=7)),
    "for another access token": ("at_hash", lambda: _with(at_hash=half_hash("another"))),
    "unsigned": ("alg", lambda: SIGNER.sign(CLAIMS, alg="none").rpartition(".")[0] + "."),
    "unsigned in capitals": ("alg", lambda: SIGNER.sign(CLAIMS, alg="NONE")),
    "HS256 with the public key": ("alg", lambda: _hs256(_public_pem())),
    "HS256 with the public JWK": ("alg", lambda: _hs256(json.dumps(SIGNER.jwk()).encode())),
    "HS256 with the client secret": ("alg", lambda: _hs256(SECRET.encode())),
    "another key under the same id": ("signature", lambda: Signer().sign(CLAIMS, kid=SIGNER.kid)),
    "its own key in the header": ("signature", _own_key_in_header),
    "changed after signing": ("signature", _changed_after_signing),
    "RS256 with the id of an EC key": ("signature", lambda: SIGNER.sign(CLAIMS, alg="RS256")),
    "an extension we do not know": ("signature", lambda: SIGNER.sign(CLAIMS, crit=["unknown"], unknown=True)),
    "claims are a list": ("signature", lambda: SIGNER.sign([])),  # type: ignore[arg-type]
    "three letters": ("format", lambda: "a.b.c"),
    "empty": ("format", lambda: ""),
    "endless": ("length", lambda: "a" * 100_000),
    "not ASCII": ("format", lambda: "身.份.证"),
}


@pytest.mark.parametrize(("reason", "forge"), FORGED.values(), ids=FORGED.keys())
def test_a_token_falls_by_the_check_it_fails(reason: str, forge: Callable[[], str]) -> None:
    with pytest.raises(ProviderAnswerRefused) as refused:
        _verify(forge())

    assert refused.value.facts == {"reason": reason}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"exp": SECOND - 59},
        {"iat": SECOND + 59},
        {"nbf": SECOND + 59},
        {"aud": ["hall"]},
        {"azp": "hall"},
    ],
)
def test_a_token_within_the_allowed_skew_and_forms_holds(changes: Claims) -> None:
    assert _verify(_with(**changes))["sub"] == "x1"


def test_a_hash_of_the_access_token_may_be_left_out() -> None:
    assert _verify(_without("at_hash"))["sub"] == "x1"


def test_a_key_that_is_not_there_is_asked_for() -> None:
    with pytest.raises(UnknownKey):
        _verify(Signer().sign(CLAIMS))


def test_a_token_without_key_id_holds_only_where_there_is_one_key() -> None:
    token = SIGNER.sign(CLAIMS, kid=None)

    with pytest.raises(UnknownKey):
        _verify(token, Signer().jwk())


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_rsa_keys_are_taken_too(algorithm: str) -> None:
    key = RSAKey(rsa.generate_private_key(65537, 2048), None, {"kid": "r1"})  # type: ignore[arg-type]
    token = jwt.encode({"alg": algorithm, "kid": "r1"}, dict(CLAIMS), key, algorithms=[algorithm])

    assert _verify(token, {**key.as_dict(private=False), "use": "sig"})["sub"] == "x1"


def test_a_key_set_is_read_around_what_cannot_be_used() -> None:
    others = [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
        {"kty": "EC", "crv": "P-256", "x": "!", "y": "!", "kid": "broken"},
        {**Signer().jwk(), "use": "enc"},
        {"kty": "ML-DSA", "kid": "tomorrow"},
        "not a key",
    ]

    keys = read_key_set({"keys": [*others, SIGNER.jwk()]})

    assert [key.kid for key in keys] == [SIGNER.kid]


@pytest.mark.parametrize("document", [None, [], {}, {"keys": None}, {"keys": []}, {"keys": {"a": 1}}, {"keys": ["x"]}])
def test_a_key_set_without_a_usable_key_is_refused(document: Any) -> None:
    with pytest.raises(ProviderAnswerRefused):
        read_key_set(document)
