"""The command line: `suishenban up`, and what an operator does beside it."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from asyncpg import PostgresError
from redis.exceptions import RedisError

from backend.core.errors import Refusal
from backend.core.migrations import CannotSearchChinese, MigrationChanged
from backend.core.settings import BadSettings

if TYPE_CHECKING:
    from backend.core.resources import Resources
    from backend.reminders.models import SweepReport

SHANGHAI_PACK = Path(__file__).parent / "city" / "shanghai"


class Failed(Exception):
    """Ends the command with exit code 1 and this sentence."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command; exits 0 when it did what was asked, 1 when not, 2 for a wrong command line."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (Failed, Refusal, BadSettings, MigrationChanged, CannotSearchChinese) as error:
        print(f"suishenban: {error}", file=sys.stderr)
        sys.exit(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="suishenban", description="A city's pocket service hall.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_up(commands)
    _add_pack(commands)
    _add_department(commands)
    _add_sweep(commands)
    _add_ledger(commands)
    _command(commands, "migrate", _migrate, "apply what is missing of the database schema")
    _command(commands, "keys", _keys, "print fresh secrets for one's own settings")
    _add_programs(commands)
    return parser


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], None], summary: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    parser.set_defaults(run=run)
    parser.add_argument("--data", type=Path, default=Path(".suishenban"), help="data directory (default ./.suishenban)")
    return parser


def _add_up(commands: Any) -> None:
    up = _command(commands, "up", _up, "start everything on this machine")
    up.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    up.add_argument("--port", type=_port, default=8000, help="web port; the sandbox takes the next one")
    up.add_argument("--no-demo", dest="demo", action="store_false", help="no sandbox, no demo residents")
    up.add_argument("--pack", type=Path, default=SHANGHAI_PACK, help="city pack (default: Shanghai)")
    up.add_argument("--web-processes", type=int, default=1, help="web server processes")


def _add_pack(commands: Any) -> None:
    pack = commands.add_parser("pack", help="check or load a city pack")
    kinds = pack.add_subparsers(required=True, metavar="check|load")
    for name, run, summary in (
        ("check", _pack_check, "report every fault of a pack; exit 1 if there is one"),
        ("load", _pack_load, "make a pack the current one; loading it again changes nothing"),
    ):
        _command(kinds, name, run, summary).add_argument("path", type=Path)


def _add_department(commands: Any) -> None:
    department = commands.add_parser("department", help="who may feed data")
    kinds = department.add_subparsers(required=True, metavar="add|list|keys|rotate|revoke")
    add = _command(kinds, "add", _department_add, "register a department, or a further key for it; prints the key once")
    add.add_argument("id", help="short stable name, e.g. sh-police")
    add.add_argument("--name", help="as residents read it; needed for a new department, ignored for one that exists")
    add.add_argument("--scope", action="append", required=True, help="licences:, events: or bills:<type|*>; repeatable")
    _command(kinds, "list", _department_list, "list the departments: id, made when, name")
    keys = _command(kinds, "keys", _department_keys, "list a department's keys: id, made when, until when, scopes")
    keys.add_argument("id")
    rotate = _command(kinds, "rotate", _department_rotate, "end a key and print its successor with the same scopes")
    rotate.add_argument("key_id")
    _command(kinds, "revoke", _department_revoke, "make a key useless at once").add_argument("key_id")


def _add_sweep(commands: Any) -> None:
    sweep = _command(commands, "sweep", _sweep, "find licences that reach a reminder day and tell their holders")
    sweep.add_argument("--as-of", type=_day, help="the day to sweep (default: today in Shanghai)")
    sweep.add_argument("--dry-run", action="store_true", help="count, tell nobody")
    sweep.add_argument("--json", action="store_true", help="print the counts as JSON")


def _add_ledger(commands: Any) -> None:
    ledger = commands.add_parser("ledger", help="what was paid, and whether it adds up")
    kinds = ledger.add_subparsers(required=True, metavar="check")
    check = _command(kinds, "check", _ledger_check, "count violations of every invariant; exit 1 if there is one")
    check.add_argument("--json", action="store_true", help="print counts and balances as JSON")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-11-20") from None


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) < 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port between 1 and 65534")
    return int(text)


def _add_programs(commands: Any) -> None:
    """The programs that `up` runs; a cluster runs them one by one."""
    _command(commands, "worker", _worker, "run the background worker")
    web = _command(commands, "web", _web, "run the web server")
    sandbox = _command(commands, "sandbox", _sandbox, "run the simulated outside world")
    for parser, port in ((web, 8000), (sandbox, 8001)):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=_port, default=port)
    web.add_argument("--processes", type=int, default=1)


def _up(options: argparse.Namespace) -> None:
    from backend import up
    from backend.embedded.home import AlreadyRunning
    from backend.embedded.postgres import ServerFailed, ServerMissing

    chosen = up.Options(
        host=options.host,
        port=options.port,
        data=options.data,
        demo=options.demo,
        pack=options.pack,
        web_processes=options.web_processes,
    )
    try:
        up.up(chosen)
    except (AlreadyRunning, ServerMissing, ServerFailed, up.ChildFailed, up.PortTaken, up.ServerEnded) as error:
        raise Failed(str(error)) from error


def _pack_check(options: argparse.Namespace) -> None:
    from backend.city.check import check_pack

    faults = check_pack(options.path)
    for fault in faults:
        print(fault)
    if faults:
        raise Failed(f"{len(faults)} faults in {options.path}")
    print(f"{options.path}: no faults")


def _pack_load(options: argparse.Namespace) -> None:
    from backend.catalogue.publishing import publish_pack

    async def load(hall: "Resources") -> None:
        done = await publish_pack(hall.db, options.path, hall.now())
        print(
            f"version {done.version}: {done.added} entries added, {done.changed} changed, {done.removed} removed, "
            f"{done.unchanged} unchanged"
        )

    _run(options, load)


def _ledger_check(options: argparse.Namespace) -> None:
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

    _run(options, check)


def _department_add(options: argparse.Namespace) -> None:
    from backend.departments.errors import DepartmentExists, UnknownDepartment
    from backend.departments.service import add_department, add_key

    async def add(hall: "Resources") -> None:
        if options.name is not None:
            try:
                return _show_key(await add_department(hall.db, options.id, options.name, options.scope, hall.now()))
            except DepartmentExists:
                print(f"{options.id} exists already and keeps its name; this is a further key.", file=sys.stderr)
        try:
            _show_key(await add_key(hall.db, options.id, options.scope, hall.now()))
        except UnknownDepartment as error:
            raise Failed(f"{error} To register it, give --name.") from error

    _run(options, add)


def _show_key(key: str) -> None:
    print(key)
    print("This key is shown once. Hand it to the department by a safe way.", file=sys.stderr)


def _department_list(options: argparse.Namespace) -> None:
    from backend.departments.service import list_departments

    async def show(hall: "Resources") -> None:
        for department in await list_departments(hall.db):
            print(department.department_id, _moment(department.created_at), department.name, sep="\t")

    _run(options, show)


def _department_keys(options: argparse.Namespace) -> None:
    from backend.departments.errors import UnknownDepartment
    from backend.departments.service import list_keys

    async def show(hall: "Resources") -> None:
        keys = await list_keys(hall.db, options.id)
        if not keys:  # a department is made with its first key, and revoked ones stay
            raise UnknownDepartment(department_id=options.id)
        for key in keys:
            revoked = "living" if key.revoked_at is None else f"revoked {_moment(key.revoked_at)}"
            print(key.key_id, _moment(key.created_at), revoked, " ".join(key.scopes), sep="\t")

    _run(options, show)


def _moment(at: datetime) -> str:
    from backend.core.clock import SHANGHAI

    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def _department_rotate(options: argparse.Namespace) -> None:
    from backend.departments.service import rotate_key

    async def rotate(hall: "Resources") -> None:
        _show_key(await rotate_key(hall.db, options.key_id, hall.now()))

    _run(options, rotate)


def _department_revoke(options: argparse.Namespace) -> None:
    from backend.departments.service import revoke_key

    _run(options, lambda hall: revoke_key(hall.db, options.key_id, hall.now()))


def _sweep(options: argparse.Namespace) -> None:
    from backend.city.service import read_city
    from backend.core.clock import local_date
    from backend.reminders.service import sweep

    async def run(hall: "Resources") -> None:
        report = await sweep(
            hall.db,
            hall.redis,
            await read_city(hall.db),
            hall.clock,
            options.as_of or local_date(hall.now()),
            dry_run=options.dry_run,
            may_foresee=hall.settings.sandbox,
        )
        if options.json:
            print(msgspec.json.format(msgspec.json.encode(report)).decode())
        else:
            print(_in_words(report))

    _run(options, run)


def _in_words(report: "SweepReport") -> str:
    lines = [
        f"As of {report.as_of}, after {report.after}: {report.messages} messages "
        f"({report.digests} digests) {'would go' if report.dry_run else 'went'} to {report.residents} residents."
    ]
    for rule, counts in sorted(report.rules.items()):
        held_back = ", ".join(f"{number} {reason}" for reason, number in sorted(counts.held_back.items())) or "none"
        told = f"{counts.reminded} reminded, {counts.already_reminded} had been before, held back: {held_back}"
        lines.append(f"  {rule}: {told}")
    return "\n".join(lines)


def _migrate(options: argparse.Namespace) -> None:
    from backend.core.migrations import migrate

    _settle_environment(options)
    if not os.environ.get("DATABASE_URL"):
        raise Failed("DATABASE_URL is not set and nothing has been started in this data directory")
    try:
        applied = asyncio.run(migrate(os.environ["DATABASE_URL"]))
    except OSError as error:
        raise Failed(f"{error} (is the server running?)") from error
    for name in applied:
        print(name)


def _keys(_options: argparse.Namespace) -> None:
    from backend.embedded.home import new_secrets

    made = new_secrets()
    for name in ("data_keys", "lookup_key", "vapid_private_key"):
        print(f"SUISHENBAN_{name.upper()}={getattr(made, name)}")


def _worker(_options: argparse.Namespace) -> None:
    from backend.worker import main as run_worker

    run_worker()


def _web(options: argparse.Namespace) -> None:
    _serve("backend.app:from_environment", options, processes=options.processes)


def _sandbox(options: argparse.Namespace) -> None:
    _serve("backend.sandbox.app:from_environment", options, processes=1)


def _serve(target: str, options: argparse.Namespace, *, processes: int) -> None:
    """Granian: its processes end with this one, and this one with its parent."""
    from granian import Granian
    from granian.constants import Interfaces, Loops

    from backend.core.processes import die_with_parent

    die_with_parent()
    Granian(
        target,
        factory=True,
        address=options.host,
        port=options.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=processes,
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()


def _run(options: argparse.Namespace, command: "Callable[[Resources], Awaitable[Any]]") -> None:
    """Runs a command on the servers that the environment names, else on those last started in the data directory."""
    from backend.core.resources import open_resources
    from backend.core.settings import read_settings

    _settle_environment(options)

    async def run() -> None:
        async with open_resources(settings) as hall:
            await command(hall)

    try:
        settings = read_settings()
        asyncio.run(run())
    except (OSError, RedisError, PostgresError) as error:
        raise Failed(f"{error} (are the servers running?)") from error


def _settle_environment(options: argparse.Namespace) -> None:
    from backend.embedded.home import Home

    if not os.environ.get("DATABASE_URL") and options.data.exists():
        os.environ.update(Home(options.data).recall_environment() or {})


if __name__ == "__main__":
    main()
