"""Fees and fines that demo residents owe, fed by the demo departments through the same door as a real one's."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta

import msgspec
from msgspec import Struct

from backend.city.city import City
from backend.core.clock import SHANGHAI
from backend.core.resources import Resources
from backend.departments.feeds import take_feed
from backend.departments.models import DepartmentId, DepartmentKey, KeyId
from backend.payments.bill_feed import BillFeed
from backend.sandbox.residents import find_resident


class DemoBill(Struct, frozen=True):
    """A bill of a demo resident, or of the organisation they act for, due so many days after the first start. `basis`
    where the fee has none of its own.
    """

    resident: str
    department: str
    fee: str
    amount_fen: int
    payee: str
    due_in: int
    basis: str | None = None
    of_organisation: bool = False


_TRAFFIC, _BORDER, _POLICE = "上海市公安局交通警察总队", "上海市公安局出入境管理局", "上海市公安局"
_TAX = "国家税务总局上海市黄浦区税务局"

DEMO_BILLS = (
    DemoBill("lin-xiaowen", "demo-traffic", "driving-licence", 10_00, _TRAFFIC, 30),
    DemoBill("lin-xiaowen", "demo-traffic", "fine-driver", 200_00, _TRAFFIC, 15, "《道路交通安全法》第九十条"),
    DemoBill("wang-fang", "demo-police", "passport", 120_00, _BORDER, 20),
    DemoBill("chen-xiuying", "demo-police", "identity-card-replacement", 40_00, _POLICE, 30),
    DemoBill(
        "shen-haoran", "demo-traffic", "fine-bicycle", 50_00, _TRAFFIC, 15, "《上海市非机动车安全管理条例》第四十三条"
    ),
    DemoBill(
        "zhao-mingyuan",
        "demo-services",
        "disability-employment-contribution",
        1_860_00,
        _TAX,
        25,
        "《残疾人就业条例》第九条",
        of_organisation=True,
    ),
)


async def feed_bills(hall: Resources, city: City, first_day: date) -> None:
    """What the city's pack has fees for; fed again it changes nothing. Raises ValueError where a line is refused."""
    for department in {bill.department: None for bill in DEMO_BILLS}:
        key = DepartmentKey(KeyId("demo"), DepartmentId(department), ("bills:*",))
        owed = [bill for bill in DEMO_BILLS if bill.department == department and bill.fee in city.fees]
        tally = await take_feed(
            hall.db, BillFeed(key, city, hall.keyring), key.department_id, _lines(owed, first_day), hall.clock
        )
        refused = tally.answer("en").refused
        if refused.count:
            raise ValueError(f"the demo's bills do not fit the city pack: {refused}")


async def _lines(bills: list[DemoBill], first_day: date) -> AsyncIterator[bytes]:
    for bill in bills:
        yield _line(bill, first_day)


def _line(bill: DemoBill, first_day: date) -> bytes:
    resident = find_resident(bill.resident)
    assert resident is not None  # noqa: S101 - both tables are in this program
    kind, payer = ("organisation", resident.organisation) if bill.of_organisation else ("person", resident)
    assert payer is not None  # noqa: S101
    line = {
        "id": f"{bill.resident}:{bill.fee}",
        "fee": bill.fee,
        "payer": {"kind": kind, "number": payer.number, "name": payer.name},
        "amount_fen": bill.amount_fen,
        "payee": bill.payee,
        "due_on": first_day + timedelta(days=bill.due_in),
        "updated_at": datetime.combine(first_day, time(0, 1), SHANGHAI),
    }
    return msgspec.json.encode(line | ({"basis": bill.basis} if bill.basis else {})) + b"\n"
