"""What the bank and the demo city agree on: a name, and each other's public keys."""

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from backend.sandbox.gateways.keys import new_key, private_pem, public_pem
from backend.sandbox.gateways.onboarding import write_contract

BANK, CLIENT = "bank", "city-treasury"


class Kept(Struct, frozen=True, kw_only=True):
    """What the bank keeps."""

    client_id: str
    client_key_pem: str
    key_pem: str


def onboard_bank(directory: Path, url: str) -> Path:
    """Makes what is missing below `directory`; returns the city's file, which leads to the bank at `url`."""
    directory.mkdir(parents=True, exist_ok=True)
    kept, contract, ours = directory / "bank.json", directory / "bank.contract.json", directory / "city-bank.json"
    if not contract.exists():
        bank, client = new_key(), new_key()
        write_contract(kept, {"client_id": CLIENT, "client_key_pem": public_pem(client), "key_pem": private_pem(bank)})
        agreed = {"client_id": CLIENT, "key_pem": private_pem(client), "bank_key_pem": public_pem(bank)}
        write_contract(contract, agreed)
    told: dict[str, Any] = msgspec.json.decode(contract.read_bytes())
    write_contract(ours, told | {"base_url": url})
    return ours
