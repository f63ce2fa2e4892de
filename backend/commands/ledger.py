"""`suishenban ledger`: what was paid, and whether it adds up."""

import argparse
from typing import TYPE_CHECKING

import msgspec

from backend.commands.command import Commands, Failed, add_command, run_on_hall

if TYPE_CHECKING:
    from backend.core.resources import Resources


def add(commands: Commands) -> None:
    ledger = commands.add_parser("ledger", help="what was paid, and whether it adds up")
    kinds = ledger.add_subparsers(required=True, metavar="check")
    check = add_command(kinds, "check", _check, "count violations of every invariant; exit 1 if there is one")
    check.add_argument("--json", action="store_true", help="print counts and balances as JSON")


def _check(options: argparse.Namespace) -> None:
    from backend.payments.ledger import balances, broken_invariants
    from backend.payments.money import Fen, format_yuan

    async def check(hall: "Resources") -> None:
        violations, accounts = await broken_invariants(hall.db), await balances(hall.db)
        if options.json:
            print(msgspec.json.encode({"violations": violations, "balances_fen": accounts}).decode())
        else:
            for name, fen in accounts.items():
                print(f"{name:24} {format_yuan(Fen(fen)):>18}")
            print(f"{len(violations)} invariants checked")
        if broken := {name: count for name, count in violations.items() if count}:
            raise Failed("; ".join(f"{name}: {count}" for name, count in broken.items()))

    run_on_hall(options, check)
