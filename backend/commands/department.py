"""`suishenban department`: who may feed data, and with which keys."""

import argparse
import sys
from typing import TYPE_CHECKING

from backend.commands.command import Commands, Failed, add_command, moment, run_on_hall

if TYPE_CHECKING:
    from backend.core.resources import Resources


def add(commands: Commands) -> None:
    department = commands.add_parser("department", help="who may feed data")
    kinds = department.add_subparsers(required=True, metavar="add|list|keys|rotate|revoke")
    new = add_command(kinds, "add", _add, "register a department, or a further key for it; prints the key once")
    new.add_argument("id", help="short stable name, e.g. sh-police")
    new.add_argument("--name", help="as residents read it; needed for a new department, ignored for one that exists")
    new.add_argument("--scope", action="append", required=True, help="licences:, events: or bills:<type|*>; repeatable")
    add_command(kinds, "list", _list, "list the departments: id, made when, name")
    keys = add_command(kinds, "keys", _keys, "list a department's keys: id, made when, until when, scopes")
    keys.add_argument("id")
    rotate = add_command(kinds, "rotate", _rotate, "end a key and print its successor with the same scopes")
    rotate.add_argument("key_id")
    add_command(kinds, "revoke", _revoke, "make a key useless at once").add_argument("key_id")


def _add(options: argparse.Namespace) -> None:
    from backend.departments.errors import DepartmentExists, UnknownDepartment
    from backend.departments.service import add_department, add_key

    async def register(hall: "Resources") -> None:
        if options.name is not None:
            try:
                return _show_key(await add_department(hall.db, options.id, options.name, options.scope, hall.now()))
            except DepartmentExists:
                print(f"{options.id} exists already and keeps its name; this is a further key.", file=sys.stderr)
        try:
            _show_key(await add_key(hall.db, options.id, options.scope, hall.now()))
        except UnknownDepartment as error:
            raise Failed(f"{error} To register it, give --name.") from error

    run_on_hall(options, register)


def _show_key(key: str) -> None:
    print(key)
    print("This key is shown once. Hand it to the department by a safe way.", file=sys.stderr)


def _list(options: argparse.Namespace) -> None:
    from backend.departments.service import list_departments

    async def show(hall: "Resources") -> None:
        for department in await list_departments(hall.db):
            print(department.department_id, moment(department.created_at), department.name, sep="\t")

    run_on_hall(options, show)


def _keys(options: argparse.Namespace) -> None:
    from backend.departments.errors import UnknownDepartment
    from backend.departments.service import list_keys

    async def show(hall: "Resources") -> None:
        keys = await list_keys(hall.db, options.id)
        if not keys:  # a department is made with its first key, and revoked ones stay
            raise UnknownDepartment(department_id=options.id)
        for key in keys:
            revoked = "living" if key.revoked_at is None else f"revoked {moment(key.revoked_at)}"
            print(key.key_id, moment(key.created_at), revoked, " ".join(key.scopes), sep="\t")

    run_on_hall(options, show)


def _rotate(options: argparse.Namespace) -> None:
    from backend.departments.service import rotate_key

    async def rotate(hall: "Resources") -> None:
        _show_key(await rotate_key(hall.db, options.key_id, hall.now()))

    run_on_hall(options, rotate)


def _revoke(options: argparse.Namespace) -> None:
    from backend.departments.service import revoke_key

    run_on_hall(options, lambda hall: revoke_key(hall.db, options.key_id, hall.now()))
