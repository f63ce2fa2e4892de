"""`suishenban bank`: the simulated bank that pays out, as a program of its own."""

import argparse
import os

from backend.commands.command import Commands, Failed, add_command, port
from backend.commands.gateway import scale
from backend.commands.programs import serve


def add(commands: Commands) -> None:
    bank = add_command(commands, "bank", _bank, "run the simulated bank that pays out")
    bank.add_argument("--host", default="127.0.0.1")
    bank.add_argument("--port", type=port, required=True)
    bank.add_argument("--time-scale", type=scale, default=60.0, help="how many times faster than real it works")


def _bank(options: argparse.Namespace) -> None:
    from backend.sandbox.bank import program
    from backend.sandbox.gateways.onboarding import contracts_in

    directory = contracts_in(options.data)
    if not (directory / "bank.json").exists():
        raise Failed(f"no contract with the bank in {directory}: `suishenban up` makes it")
    os.environ[program.DIRECTORY] = str(directory)
    os.environ[program.TIME_SCALE] = str(options.time_scale)
    serve("backend.sandbox.bank.program:from_environment", options.host, options.port, processes=1)
