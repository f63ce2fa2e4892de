"""What `up` puts into a fresh hall: schema, city pack, demo residents fed by demo departments, and something to try."""

import contextlib
import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from backend.catalogue.publishing import publish_pack
from backend.citizens.models import Holder, Identity, Level, SubjectKind
from backend.citizens.service import recognise
from backend.city.calendar import add_months
from backend.city.city import City
from backend.city.service import read_city
from backend.core.clock import SHANGHAI, local_date
from backend.core.migrations import migrate
from backend.core.resources import Resources, open_resources
from backend.core.settings import read_settings
from backend.demo_agents import feed_agents
from backend.demo_bills import feed_bills
from backend.demo_entitlements import feed_entitlement, with_demo_entitlement
from backend.demo_operators import register_operators
from backend.departments.errors import DepartmentExists
from backend.departments.feeds import take_feed
from backend.departments.models import DepartmentId, DepartmentKey, KeyId
from backend.departments.service import add_department, add_key
from backend.licences.feed import LicenceFeed
from backend.payments.merchants import read_merchants
from backend.sandbox.residents import DemoResident, demo_residents, find_resident
from notifications.models import ChannelName
from notifications.preferences import set_channel, set_quiet_hours

TRY_IT_RESIDENT = "lin-xiaowen"
DEPARTMENTS = {
    "demo-police": ("演示：公安", ("resident-identity-card", "residence-permit", "passport", "hong-kong-macao-permit")),
    "demo-traffic": ("演示：交警", ("driving-licence", "vehicle-licence")),
    "demo-services": ("演示：人社、民政、市场监管", ("*",)),
}


_NUMBERS = {  # {}: eight digits; year: of issue
    "passport": "E{}",
    "hong-kong-macao-permit": "C{}",
    "taiwan-permit": "T{}",
    "social-security-card": "A{}",
    "senior-citizen-card": "3101{}",
    "residence-registration": "JZ3101{}",
    "marriage-certificate": "J310101-{year}-{:.6}",
    "food-business-licence": "JY131010{}",
}


class DemoLicence(Struct, frozen=True):
    """A licence of a demo resident, its days counted from the first start. `lasts` None: long-term."""

    resident: str
    department: str
    licence_type: str
    lasts: int | None
    years: int = 6
    of_organisation: bool = False


DEMO_LICENCES = (
    DemoLicence("lin-xiaowen", "demo-police", "residence-permit", 28, 1),
    DemoLicence("lin-xiaowen", "demo-traffic", "driving-licence", 75),
    DemoLicence("lin-xiaowen", "demo-police", "resident-identity-card", 5000, 20),
    DemoLicence("lin-xiaowen", "demo-police", "passport", 2100, 10),
    DemoLicence("lin-xiaowen", "demo-police", "hong-kong-macao-permit", -12, 10),
    DemoLicence("lin-xiaowen", "demo-services", "social-security-card", None),
    DemoLicence("lin-xiaowen", "demo-services", "marriage-certificate", None),
    DemoLicence("chen-xiuying", "demo-police", "resident-identity-card", None, 20),
    DemoLicence("chen-xiuying", "demo-services", "senior-citizen-card", None),
    DemoLicence("chen-xiuying", "demo-services", "social-security-card", None),
    DemoLicence("shen-haoran", "demo-services", "residence-registration", 195, 1),
    DemoLicence("wang-fang", "demo-police", "passport", 30, 10),
    DemoLicence("wang-fang", "demo-traffic", "driving-licence", 7, 6),
    DemoLicence("zhao-mingyuan", "demo-services", "food-business-licence", 37, 5, of_organisation=True),
    DemoLicence("zhao-mingyuan", "demo-services", "business-licence", None, of_organisation=True),
    DemoLicence("ayguli-memeti", "demo-police", "resident-identity-card", 15, 10),
)


async def prepare(pack: Path, home: Path, *, demo: bool) -> None:
    """Brings schema, pack and demo up to date; what is there already stays, what an interruption left out is added."""
    settings = read_settings()
    read_merchants(settings.merchants, settings.public_url)  # what is wrong is said here, not in the log of a program
    await migrate(settings.database_url)
    async with open_resources(settings) as hall:
        await publish_pack(hall.db, with_demo_entitlement(pack, home) if demo else pack, hall.now())
        if demo:
            await _Demo(hall, await read_city(hall.db), home).play()


class _Demo:
    """Demo residents and departments. The day of the first start is kept, so that later starts change no licence."""

    def __init__(self, hall: Resources, city: City, home: Path) -> None:
        self._hall = hall
        self._city = city
        self._home = home

    async def play(self) -> None:
        now = self._hall.now()
        began = self._home / "demo-began"
        if not began.exists():
            for resident in demo_residents():
                await self._recognise(resident, now)
        first_day = date.fromisoformat(began.read_text()) if began.exists() else local_date(now)
        for department, (name, types) in DEPARTMENTS.items():
            await self._feed(department, name, types, first_day)
        await feed_agents(self._hall, self._city, first_day)
        await feed_bills(self._hall, self._city, first_day)
        await feed_entitlement(self._hall, self._city, first_day)
        began.write_text(first_day.isoformat())
        await register_operators(self._hall.db, self._home, now)
        await self._offer_to_try(now)

    async def _recognise(self, resident: DemoResident, now: datetime) -> None:
        """As at a first sign-in. The one who is told in the try-it line may be told at any hour, and by SMS too."""
        holder = Holder(SubjectKind.PERSON, resident.number, resident.name)
        identity = Identity(holder=holder, phone=resident.phone, level=Level.ADVANCED)
        subject = await recognise(self._hall.db, self._hall.keyring, identity, now)
        if resident.key == TRY_IT_RESIDENT:
            async with self._hall.db.transaction() as tx:
                await set_channel(tx, subject.subject_id, "licence-expiry", ChannelName.SMS, enabled=True, now=now)
                await set_quiet_hours(tx, subject.subject_id, None, now)

    async def _feed(self, department: str, name: str, types: Sequence[str], first_day: date) -> None:
        """Through the same door as a real department: line by line, checked and answered."""
        scopes = tuple(f"licences:{kind}" for kind in types)
        with contextlib.suppress(DepartmentExists):
            await add_department(self._hall.db, department, name, scopes, self._hall.now())
        key = DepartmentKey(KeyId("demo"), DepartmentId(department), scopes)
        lines = [_line(each, first_day) for each in DEMO_LICENCES if each.department == department]
        feed = LicenceFeed(key, self._city, self._hall.keyring)
        tally = await take_feed(self._hall.db, feed, key.department_id, _stream(lines), self._hall.clock)
        refused = tally.answer("en").refused
        if refused.count:
            raise ValueError(f"the demo does not fit the city pack: {refused}")

    async def _offer_to_try(self, now: datetime) -> None:
        """A feed file and a key for the line that `up` prints."""
        key = self._home / "try-it.key"
        if not key.exists():
            scopes = ["licences:*", "events:*"]
            try:
                text = await add_department(self._hall.db, "try-it", "演示：自己试试", scopes, now)
            except DepartmentExists:
                text = await add_key(self._hall.db, "try-it", scopes, now)
            key.touch(mode=0o600)
            key.write_text(text)
        today = local_date(now)
        licence = DemoLicence(TRY_IT_RESIDENT, "try-it", "taiwan-permit", 30, 5)
        (self._home / "try-it.ndjson").write_bytes(_line(licence, today, source_id=f"try-it-{now:%Y%m%dT%H%M%S}"))


def _line(licence: DemoLicence, first_day: date, *, source_id: str | None = None) -> bytes:
    resident = find_resident(licence.resident)
    assert resident is not None  # noqa: S101 - both tables are in this program
    kind, owner = ("organisation", resident.organisation) if licence.of_organisation else ("person", resident)
    assert owner is not None  # noqa: S101
    expires_on = None if licence.lasts is None else first_day + timedelta(days=licence.lasts)
    issued_on = add_months(expires_on or first_day, -12 * licence.years)
    line = {
        "id": source_id or f"{licence.resident}:{licence.licence_type}",
        "type": licence.licence_type,
        "holder": {"kind": kind, "number": owner.number, "name": owner.name},
        "number": _licence_number(licence.licence_type, owner.number, issued_on),
        "issued_on": issued_on,
        "expires_on": expires_on,
        "status": "valid",
        "updated_at": datetime.combine(first_day, time(0, 1), SHANGHAI),
    }
    return msgspec.json.encode(line) + b"\n"


def _licence_number(licence_type: str, owner: str, issued_on: date) -> str:
    """Made up in the form of the type, the same at every start; the other types bear the number of their owner."""
    form = _NUMBERS.get(licence_type)
    if form is None:
        return owner
    digits = str(int.from_bytes(hashlib.sha256(f"{licence_type}:{owner}".encode()).digest())).zfill(80)
    return form.format(digits[-8:], year=issued_on.year)


async def _stream(lines: Sequence[bytes]) -> AsyncIterator[bytes]:
    for line in lines:
        yield line
