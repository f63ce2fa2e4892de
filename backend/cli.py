"""The command line: `suishenban up`, and what an operator does beside it."""

import argparse
import sys
from collections.abc import Sequence

from backend.commands import (
    bank,
    department,
    gateway,
    keys,
    ledger,
    operator,
    pack,
    programs,
    reconcile,
    rules,
    schema,
    sweep,
    up,
)
from backend.commands.command import Failed
from backend.core.errors import Refusal
from backend.core.migrations import CannotSearchChinese, MigrationChanged
from backend.core.settings import BadSettings

GROUPS = (
    up,
    pack,
    department,
    operator,
    rules,
    sweep,
    ledger,
    reconcile,
    schema,
    keys,
    programs,
    gateway,
    bank,
)


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
    for group in GROUPS:
        group.add(commands)
    return parser


if __name__ == "__main__":
    main()
