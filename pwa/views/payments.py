"""缴费: what is owed, how to pay it, and what has become of it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from msgspec import Struct

from pwa.views.parts import Due, ForWhom, Text


class PaymentFact(Struct, frozen=True, kw_only=True):
    """One line of what a bill or a payment says. `number`: a long one, drawn in groups."""

    label: Text
    text: Text | None = None
    number: bool = False


class OwedBill(Struct, frozen=True, kw_only=True):
    path: str
    title: Text
    amount_fen: int
    due_on: date | None = None


class Owed(Struct, frozen=True, kw_only=True):
    """What is to pay, in one line: how many bills, how much together, and by when the first of them.

    `of_others`: so many of them are of those for whom the reader acts.
    """

    path: str
    number: int
    of_others: int = 0
    amount_fen: int
    due: Due | None = None
    title: Text | None = None  # what for, where that is one thing


class BillsOfOther(Struct, frozen=True, kw_only=True):
    """Of somebody for whom the reader acts."""

    for_whom: ForWhom
    owed: tuple[OwedBill, ...] = ()
    paid: tuple[OwedBill, ...] = ()


class BillList(Struct, frozen=True, kw_only=True):
    """What is still to pay, by the day it is due, and what was paid, newest first; the reader's own, then of others."""

    owed: tuple[OwedBill, ...] = ()
    paid: tuple[OwedBill, ...] = ()
    others: tuple[BillsOfOther, ...] = ()
    more: bool = False  # not all of them are listed


class PayChannel(Struct, frozen=True, kw_only=True):
    value: str
    title: Text
    note: Text | None = None


class BillPage(Struct, frozen=True, kw_only=True):
    """A bill to pay. `key` makes tapping twice one payment; `hidden` are ways to pay that fail now."""

    title: Text
    amount_fen: int
    facts: tuple[PaymentFact, ...]
    pay_path: str
    key: str
    channels: tuple[PayChannel, ...] = ()
    hidden: tuple[Text, ...] = ()
    due_on: date | None = None
    for_whom: ForWhom | None = None


class ResultState(StrEnum):
    PAID = "paid"
    CHECKING = "checking"  # the provider has not answered: asked again by itself
    REFUNDING = "refunding"  # it was not owed, and goes back
    REFUNDED = "refunded"
    ENDED = "ended"  # nothing was paid


class RefundState(StrEnum):
    UNDER_WAY = "under_way"
    DONE = "done"
    STUCK = "stuck"  # somebody of the office sees to it


class RefundLine(Struct, frozen=True, kw_only=True):
    state: RefundState
    amount_fen: int
    reason: Text


class PaymentResult(Struct, frozen=True, kw_only=True):
    """`go_path` leads to the provider while it waits for the resident, `again_path` to the bill where it does not."""

    state: ResultState
    title: Text
    amount_fen: int
    facts: tuple[PaymentFact, ...]
    refunds: tuple[RefundLine, ...] = ()
    go_path: str | None = None
    again_path: str | None = None
    receipt_path: str | None = None  # the receipt, where this payment has settled the bill
    for_whom: ForWhom | None = None


class LeavePage(Struct, frozen=True, kw_only=True):
    """The way to the provider: a link, or a form of hidden fields where it wants one."""

    channel: Text
    amount_fen: int
    url: str
    result_path: str
    form: Mapping[str, str] | None = None
    for_whom: ForWhom | None = None
