"""The bank file: under which name and keys the bank that pays out knows this city, as a mounted secret gives it."""

from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from backend.core.settings import BadSettings


class BankFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    client_id: str
    key_pem: str
    bank_key_pem: str
    base_url: str


class BankConfig(Struct, frozen=True, kw_only=True):
    """`public_url` is our own, where the bank tells."""

    client_id: str
    key_pem: str
    bank_key_pem: str
    base_url: str
    public_url: str


def read_bank(path: str, public_url: str) -> BankConfig:
    """Raises BadSettings, never quoting what is in the file."""
    try:
        told = msgspec.json.decode(Path(path).read_bytes(), type=BankFile)
    except OSError as error:
        raise BadSettings(f"bank: the file cannot be read ({error.strerror})") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadSettings("bank: the file is not an object of client_id, key_pem, bank_key_pem and base_url") from None
    address = urlsplit(told.base_url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise BadSettings("bank.base_url: not an address such as https://bank.example")
    return BankConfig(
        client_id=told.client_id,
        key_pem=told.key_pem,
        bank_key_pem=told.bank_key_pem,
        base_url=told.base_url.rstrip("/"),
        public_url=public_url,
    )
