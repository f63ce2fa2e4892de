"""The contract between the demo city and its three providers: keys of both sides, made once and kept."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from backend.sandbox.gateways.alipay import contract as alipay
from backend.sandbox.gateways.unionpay import contract as unionpay
from backend.sandbox.gateways.wechat import contract as wechat

CONTRACTS = {"wechat": wechat, "alipay": alipay, "unionpay": unionpay}
MERCHANTS = "merchants.json"


def contracts_in(data: Path) -> Path:
    """The directory of the providers' keys and books below a hall's data."""
    return data / "sandbox"


def onboard(directory: Path, addresses: Mapping[str, str]) -> Path:
    """Makes what is missing below `directory` and returns the merchant's file; `addresses`: name → base URL.

    `<name>.json` is what the provider knows, `merchants.json` what the merchant does; neither holds the other's secret.
    """
    directory.mkdir(parents=True, exist_ok=True)
    merchants: dict[str, Any] = {}
    for name, contract in CONTRACTS.items():
        kept = directory / f"{name}.contract.json"
        if not kept.exists():
            ours, theirs = contract.make()
            write_contract(directory / f"{name}.json", ours)
            write_contract(kept, theirs)
        merchants[name] = contract.addressed(msgspec.json.decode(kept.read_bytes()), addresses[name])
    write_contract(directory / MERCHANTS, merchants)
    return directory / MERCHANTS


def write_contract(path: Path, content: Mapping[str, Any]) -> None:
    """Whole or not at all, for the owner's eyes only."""
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(content)))
    draft.replace(path)
