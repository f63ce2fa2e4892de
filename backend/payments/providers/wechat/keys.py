"""The platform's keys by serial. They are only ever added to: nothing that arrives can empty the map."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from msgspec import Struct

from backend.payments.providers import rsa


class PlatformKey(Struct, frozen=True):
    """A key and, if it came in a certificate, the time in which that is valid."""

    key: RSAPublicKey
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        return (self.valid_from is None or self.valid_from <= now) and (
            self.valid_until is None or now <= self.valid_until
        )


class PlatformKeys:
    """Public keys and certificates side by side, old and new ones: the serial of a message picks."""

    def __init__(self, public_keys: Mapping[str, str], certificates: Iterable[str]) -> None:
        """PEM texts; raises ValueError for what is no RSA key."""
        self._keys = {_bare(serial): PlatformKey(rsa.load_public_key(pem)) for serial, pem in public_keys.items()}
        self.public_key_id = next(iter(public_keys), None)
        self.learn(map(certificate_key, certificates))

    def find(self, serial: str, now: datetime) -> RSAPublicKey | None:
        found = self._keys.get(_bare(serial))
        return found.key if found and found.is_valid(now) else None

    def learn(self, found: Iterable[tuple[str, PlatformKey]]) -> None:
        """Adds certificates; a serial that is known keeps its key."""
        self._keys = {**{_bare(serial): key for serial, key in found}, **self._keys}

    def merged(self, found: Iterable[tuple[str, PlatformKey]]) -> "PlatformKeys":
        """These keys and more, to try a message on before they are learnt."""
        both = PlatformKeys({}, ())
        both.learn(self._keys.items())
        both.learn(found)
        return both

    @property
    def serials(self) -> frozenset[str]:
        return frozenset(self._keys)


def certificate_key(pem: str) -> tuple[str, PlatformKey]:
    """A platform certificate by its serial in upper-case hex. Raises ValueError."""
    certificate = rsa.load_certificate(pem)
    key = PlatformKey(rsa.key_of(certificate), certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    return f"{certificate.serial_number:X}", key


def _bare(serial: str) -> str:
    """Serials are numbers: some write them to 40 hex digits, some without leading zeros."""
    return serial.lstrip("0")
