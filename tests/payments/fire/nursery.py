"""A program that has loaded everything and, for each line it is given, forks a process that serves the hall.

What it forks is the product: its application and settings, its HTTP server, a pool of its own. Only the second that
loading takes is saved, so that a test may kill dozens of them.
"""

import gc
import os
import signal
import sys

import msgspec
import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server
from msgspec import Struct

from backend.app import create_app
from backend.catalogue.service import warm_up
from backend.city.city import City
from backend.city.pack import SHANGHAI, read_pack
from backend.city.service import city_of
from backend.core.logs import configure_logs
from backend.core.processes import die_with_parent
from backend.core.resources import open_resources
from backend.core.settings import Settings
from backend.payments.channels import Providers
from backend.payments.gateways import providers_of
from backend.payments.providers.wire import open_client


class Birth(Struct, frozen=True):
    settings: Settings
    port: int
    log: str


async def serve(birth: Birth, city: City, providers: Providers) -> None:
    async with open_resources(birth.settings) as resources:
        await resources.redis.ping()  # the greetings of a new connection come in one piece or in several
        edge, _ = create_app(resources, city, providers)
        await Server(edge, port=birth.port, interface=Interfaces.ASGINL, log_enabled=False).serve()


def live(birth: Birth, city: City, providers: Providers) -> None:
    """Until it is killed."""
    die_with_parent(signal.SIGKILL)
    log = os.open(birth.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    configure_logs(birth.settings.log_level)
    uvloop.run(serve(birth, city, providers))


def main() -> None:
    """Births as JSON lines come in, the number of each process goes out."""
    die_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    city = city_of(read_pack(SHANGHAI))
    warm_up(city)
    known: dict[str, Providers] = {}  # by merchants file: to check its keys takes most of a start
    for line in sys.stdin.buffer:
        birth = msgspec.json.decode(line, type=Birth)
        if birth.settings.merchants not in known:
            known[birth.settings.merchants] = providers_of(birth.settings, open_client())
            gc.freeze()
        pid = os.fork()
        if pid == 0:
            live(birth, city, known[birth.settings.merchants])
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
