"""`suishenban up`: the whole hall on this machine."""

import argparse
from pathlib import Path

from backend.commands.command import Commands, Failed, add_command, port

SHANGHAI_PACK = Path(__file__).parents[1] / "city" / "shanghai"


def add(commands: Commands) -> None:
    up = add_command(commands, "up", _up, "start everything on this machine")
    up.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    up.add_argument("--port", type=port, default=8000, help="web port; the sandbox takes the next one")
    up.add_argument("--no-demo", dest="demo", action="store_false", help="no sandbox, no demo residents")
    up.add_argument("--pack", type=Path, default=SHANGHAI_PACK, help="city pack (default: Shanghai)")
    up.add_argument("--web-processes", type=int, default=1, help="web server processes")


def _up(options: argparse.Namespace) -> None:
    from backend import up
    from backend.embedded.home import AlreadyRunning
    from backend.embedded.postgres import ServerFailed, ServerMissing
    from backend.supervision import ProgramFailed, ServerEnded

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
    except (AlreadyRunning, ServerMissing, ServerFailed, ServerEnded, ProgramFailed, up.PortTaken) as error:
        raise Failed(str(error)) from error
