"""`suishenban migrate`: the database schema."""

import argparse
import asyncio
import os

from backend.commands.command import Commands, Failed, add_command, settle_environment


def add(commands: Commands) -> None:
    add_command(commands, "migrate", _migrate, "apply what is missing of the database schema")


def _migrate(options: argparse.Namespace) -> None:
    from backend.core.migrations import migrate

    settle_environment(options)
    if not os.environ.get("DATABASE_URL"):
        raise Failed("DATABASE_URL is not set and nothing has been started in this data directory")
    try:
        applied = asyncio.run(migrate(os.environ["DATABASE_URL"]))
    except OSError as error:
        raise Failed(f"{error} (is the server running?)") from error
    for name in applied:
        print(name)
