"""What every command shares: its parser with --data, its arguments, the way it ends, and the hall that it works on."""

import argparse
import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from asyncpg import PostgresError
from redis.exceptions import RedisError

if TYPE_CHECKING:
    from backend.core.resources import Resources

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class Failed(Exception):
    """Ends the command with exit code 1 and this sentence."""


def add_command(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], None], summary: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=summary, description=summary)
    parser.set_defaults(run=run)
    parser.add_argument("--data", type=Path, default=Path(".suishenban"), help="data directory (default ./.suishenban)")
    return parser


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-11-20") from None


def moment(at: datetime) -> str:
    """An instant as commands print it: in the city's time."""
    from backend.core.clock import SHANGHAI

    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) < 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port between 1 and 65534")
    return int(text)


def run_on_hall(options: argparse.Namespace, command: "Callable[[Resources], Awaitable[Any]]") -> None:
    """Runs a command on the servers that the environment names, else on those last started in the data directory."""
    from backend.core.resources import open_resources
    from backend.core.settings import read_settings

    settle_environment(options)

    async def run() -> None:
        async with open_resources(settings) as hall:
            await command(hall)

    try:
        settings = read_settings()
        asyncio.run(run())
    except (OSError, RedisError, PostgresError) as error:
        raise Failed(f"{error} (are the servers running?)") from error


def settle_environment(options: argparse.Namespace) -> None:
    from backend.embedded.home import Home

    if not os.environ.get("DATABASE_URL") and options.data.exists():
        os.environ.update(Home(options.data).recall_environment() or {})
