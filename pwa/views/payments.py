"""缴费: what is owed, how to pay it, and what has become of it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from msgspec import Struct

from pwa.views.parts import Text


class PaymentFact(Struct, frozen=True, kw_only=True):
    """One line of what a bill or a payment says."""

    label: Text
    text: Text | None = None


class OwedBill(Struct, frozen=True, kw_only=True):
    path: str
    title: Text
    amount_fen: int
    due_on: date | None = None


class BillList(Struct, frozen=True, kw_only=True):
    """What is still to pay, by the day it is due, and what was paid, newest first."""

    owed: tuple[OwedBill, ...] = ()
    paid: tuple[OwedBill, ...] = ()


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


class ResultState(StrEnum):
    PAID = "paid"
    CHECKING = "checking"  # the provider has not answered: asked again by itself
    REFUNDING = "refunding"  # it was not owed, and goes back
    REFUNDED = "refunded"
    ENDED = "ended"  # nothing was paid


class PaymentResult(Struct, frozen=True, kw_only=True):
    state: ResultState
    title: Text
    amount_fen: int
    facts: tuple[PaymentFact, ...]
    bill_path: str
    go_path: str | None = None  # back to the provider, while it waits for the resident
    receipt_path: str | None = None  # the voucher, where this payment has settled the bill


class LeavePage(Struct, frozen=True, kw_only=True):
    """The way to the provider: a link, or a form of hidden fields where it wants one."""

    channel: Text
    amount_fen: int
    url: str
    result_path: str
    form: Mapping[str, str] | None = None
