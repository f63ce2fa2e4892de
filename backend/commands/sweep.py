"""`suishenban sweep`: find what comes due and remind, by hand or for another day."""

import argparse
from typing import TYPE_CHECKING

import msgspec

from backend.commands.command import Commands, add_command, day, run_on_hall

if TYPE_CHECKING:
    from backend.core.resources import Resources
    from backend.matching.reports import SweepReport


def add(commands: Commands) -> None:
    sweep = add_command(commands, "sweep", _sweep, "find for whom the date of a rule has come, and tell them")
    sweep.add_argument("--as-of", type=day, help="the day to sweep (default: today in Shanghai)")
    sweep.add_argument("--dry-run", action="store_true", help="count, tell nobody")
    sweep.add_argument("--json", action="store_true", help="print the counts as JSON")


def _sweep(options: argparse.Namespace) -> None:
    from backend.city.service import read_city
    from backend.core.clock import local_date
    from backend.matching.service import sweep

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

    run_on_hall(options, run)


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
