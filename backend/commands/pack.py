"""`suishenban pack`: check or load a city pack."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from backend.commands.command import Commands, Failed, add_command, run_on_hall

if TYPE_CHECKING:
    from backend.core.resources import Resources


def add(commands: Commands) -> None:
    pack = commands.add_parser("pack", help="check or load a city pack")
    kinds = pack.add_subparsers(required=True, metavar="check|load")
    for name, run, summary in (
        ("check", _check, "report every fault of a pack; exit 1 if there is one"),
        ("load", _load, "make a pack the current one; loading it again changes nothing"),
    ):
        add_command(kinds, name, run, summary).add_argument("path", type=Path)


def _check(options: argparse.Namespace) -> None:
    from backend.city.check import check_pack

    faults = check_pack(options.path)
    for fault in faults:
        print(fault)
    if faults:
        raise Failed(f"{len(faults)} faults in {options.path}")
    print(f"{options.path}: no faults")


def _load(options: argparse.Namespace) -> None:
    from backend.catalogue.publishing import publish_pack

    async def load(hall: "Resources") -> None:
        done = await publish_pack(hall.db, options.path, hall.now())
        print(
            f"version {done.version}: {done.added} entries added, {done.changed} changed, "
            f"{done.republished} items published anew, {done.removed} removed, {done.unchanged} unchanged"
        )

    run_on_hall(options, load)
