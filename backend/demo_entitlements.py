"""免申即享 in the demo: one allowance, plainly made up, for one resident. It is in no pack that a city loads."""

import shutil
from collections.abc import AsyncIterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import msgspec
import yaml

from backend.city.city import City
from backend.city.decoding import read_yaml
from backend.core.clock import SHANGHAI
from backend.core.resources import Resources
from backend.departments.event_feed import EventFeed
from backend.departments.feeds import take_feed
from backend.departments.models import DepartmentId, DepartmentKey, KeyId
from backend.departments.protocol import Feed
from backend.payments.payouts.card_feed import CardFeed
from backend.sandbox.residents import find_resident

ENTITLED_RESIDENT = "chen-xiuying"
RULE, EVENT = "demo-allowance", "demo.recognised"
CARD = "6222021234567890128"
_ADDED = Path(__file__).parent / "demo_pack"
_CARDS = "social-security"


def with_demo_entitlement(pack: Path, home: Path) -> Path:
    """A copy of the pack with the made-up allowance added, in the directory of the demo; the pack stays as it is."""
    copy = home / "demo-pack"
    shutil.rmtree(copy, ignore_errors=True)
    for file in sorted(pack.rglob("*.y*ml")):
        target = copy / file.relative_to(pack)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())  # its content alone: a pack that nobody may write has a copy that we may
    region = read_yaml(pack / "city.yaml")["region"]
    for added in sorted(_ADDED.glob("*.yaml")):
        _add(added, copy / added.name, region)
    return copy


def _add(added: Path, file: Path, region: str) -> None:
    """By entries, for a list has many spellings. What is no list stays: whoever reads the pack says so."""
    entries = read_yaml(file) if file.exists() else []
    if isinstance(entries, list):
        new = [entry | {"region": region} if entry.get("region") == "@region" else entry for entry in read_yaml(added)]
        text = yaml.dump([*entries, *new], Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
        file.write_text(text, encoding="utf-8")


async def feed_entitlement(hall: Resources, city: City, first_day: date) -> None:
    """That the resident qualifies, and the card of her social-security card, through the doors of real departments."""
    scopes = (f"events:{EVENT}", f"cards:{_CARDS}")
    key = DepartmentKey(KeyId("demo"), DepartmentId("demo-services"), scopes)
    said_at = datetime.combine(first_day, time(0, 1), SHANGHAI)
    resident = find_resident(ENTITLED_RESIDENT)
    assert resident is not None  # noqa: S101 - both tables are in this program
    who = {"kind": "person", "number": resident.number, "name": resident.name}
    card = {"id": f"{resident.key}:card", "kind": _CARDS, "holder": who, "number": CARD, "updated_at": said_at}
    event = {
        "id": f"{resident.key}:allowance",
        "type": EVENT,
        "subject": who,
        "occurred_at": said_at,
        "updated_at": said_at,
        "facts": {"recognised_on": first_day},
    }
    await _feed(hall, CardFeed(key, hall.keyring), key, card)
    await _feed(hall, EventFeed(key, city, hall.keyring), key, event)


async def _feed(hall: Resources, feed: Feed[Any], key: DepartmentKey, line: dict[str, Any]) -> None:
    tally = await take_feed(hall.db, feed, key.department_id, _stream(msgspec.json.encode(line)), hall.clock)
    refused = tally.answer("en").refused
    if refused.count:
        raise ValueError(f"the demo does not fit the city pack: {refused}")


async def _stream(line: bytes) -> AsyncIterator[bytes]:
    yield line + b"\n"
