"""`suishenban operator`: who runs the hall at /ops, and with which key."""

import argparse
import sys
from typing import TYPE_CHECKING
from uuid import UUID

from backend.commands.command import Commands, add_command, moment, run_on_hall

if TYPE_CHECKING:
    from backend.core.resources import Resources


def add(commands: Commands) -> None:
    operator = commands.add_parser("operator", help="who may sign in at /ops")
    kinds = operator.add_subparsers(required=True, metavar="add|list|rotate|revoke")
    new = add_command(kinds, "add", _add, "register an operator; prints the key once")
    new.add_argument("name", help="as colleagues read it")
    new.add_argument("--role", action="append", required=True, help="cashier, rules or watcher; repeatable")
    add_command(kinds, "list", _list, "list the operators: id, made when, until when, roles, name")
    rotate = add_command(kinds, "rotate", _rotate, "give an operator another key and print it; the old one ends")
    revoke = add_command(kinds, "revoke", _revoke, "end an operator at once, with every session")
    for parser in (rotate, revoke):
        parser.add_argument("operator_id", type=_id)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not the id of an operator: see operator list") from None


def _add(options: argparse.Namespace) -> None:
    from backend.operators.service import add_operator

    async def register(hall: "Resources") -> None:
        _show_key(await add_operator(hall.db, options.name, options.role, hall.now()))

    run_on_hall(options, register)


def _list(options: argparse.Namespace) -> None:
    from backend.operators.service import list_operators

    async def show(hall: "Resources") -> None:
        for each in await list_operators(hall.db):
            state = "living" if each.revoked_at is None else f"revoked {moment(each.revoked_at)}"
            print(each.operator_id, moment(each.created_at), state, " ".join(each.roles), each.name, sep="\t")

    run_on_hall(options, show)


def _rotate(options: argparse.Namespace) -> None:
    from backend.operators.service import rotate_key

    async def rotate(hall: "Resources") -> None:
        _show_key(await rotate_key(hall.db, options.operator_id))

    run_on_hall(options, rotate)


def _revoke(options: argparse.Namespace) -> None:
    from backend.operators.service import revoke_operator

    run_on_hall(options, lambda hall: revoke_operator(hall.db, options.operator_id, hall.now()))


def _show_key(key: str) -> None:
    print(key)
    print("This key is shown once. Hand it to the operator by a safe way.", file=sys.stderr)
