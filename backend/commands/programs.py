"""`suishenban worker | web | sandbox`: the programs that `up` runs; a cluster runs them one by one."""

import argparse

from backend.commands.command import Commands, add_command, port


def add(commands: Commands) -> None:
    add_command(commands, "worker", _worker, "run the background worker")
    web = add_command(commands, "web", _web, "run the web server")
    sandbox = add_command(commands, "sandbox", _sandbox, "run the simulated outside world")
    for parser, usual_port in ((web, 8000), (sandbox, 8001)):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=port, default=usual_port)
    web.add_argument("--processes", type=int, default=1)


def _worker(_options: argparse.Namespace) -> None:
    from backend.worker import main as run_worker

    run_worker()


def _web(options: argparse.Namespace) -> None:
    serve("backend.app:from_environment", options.host, options.port, processes=options.processes)


def _sandbox(options: argparse.Namespace) -> None:
    serve("backend.sandbox.app:from_environment", options.host, options.port, processes=1)


def serve(target: str, host: str, port: int, *, processes: int) -> None:
    """Granian: its processes end with this one, and this one with its parent."""
    from granian import Granian
    from granian.constants import Interfaces, Loops

    from backend.core.processes import die_with_parent

    die_with_parent()
    Granian(
        target,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=processes,
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()
