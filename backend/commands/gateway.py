"""`suishenban gateway`: one simulated payment provider as a program of its own."""

import argparse
import os

from backend.commands.command import Commands, Failed, add_command, port
from backend.commands.programs import serve

GATEWAYS = ("wechat", "alipay", "unionpay")


def add(commands: Commands) -> None:
    gateway = add_command(commands, "gateway", _gateway, "run one simulated payment provider")
    gateway.add_argument("name", choices=GATEWAYS)
    gateway.add_argument("--host", default="127.0.0.1")
    gateway.add_argument("--port", type=port, required=True)
    gateway.add_argument("--url", help="where residents and the hall reach it (default: http://localhost:PORT)")
    gateway.add_argument("--time-scale", type=scale, default=60.0, help="how many times faster than real it retries")


def _gateway(options: argparse.Namespace) -> None:
    from backend.sandbox.gateways import program
    from backend.sandbox.gateways.onboarding import contracts_in

    directory = contracts_in(options.data)
    if not (directory / f"{options.name}.json").exists():
        raise Failed(f"no contract with {options.name} in {directory}: `suishenban up` makes them")
    os.environ[program.NAME] = options.name
    os.environ[program.DIRECTORY] = str(directory)
    os.environ[program.URL] = options.url or f"http://localhost:{options.port}"
    os.environ[program.TIME_SCALE] = str(options.time_scale)
    serve("backend.sandbox.gateways.program:from_environment", options.host, options.port, processes=1)


def scale(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 1 <= value <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return value
