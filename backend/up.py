"""`suishenban up`: a whole hall on one machine, from an empty directory, ended by Ctrl-C or with its terminal."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TypeAlias
from urllib.error import URLError

from msgspec import Struct

from backend.core import processes
from backend.demo import TRY_IT_RESIDENT, prepare
from backend.demo_operators import OPERATORS_FILE
from backend.embedded.home import Home
from backend.embedded.postgres import EmbeddedPostgres
from backend.embedded.redis import EmbeddedRedis
from backend.sandbox.bank.contract import onboard_bank
from backend.sandbox.gateways.onboarding import CONTRACTS, contracts_in, onboard

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LAST_PORT = 65_535
_STABLE_S = 30
_MAX_QUICK_ENDS = 5


class Options(Struct, frozen=True, kw_only=True):
    host: str
    port: int
    data: Path
    demo: bool
    pack: Path
    web_processes: int

    @property
    def ports(self) -> range:
        """Of the web server; with a demo then of the sandbox, of the payment providers and of the bank."""
        return range(self.port, self.port + (3 + len(CONTRACTS) if self.demo else 1))

    @property
    def gateways(self) -> dict[str, str]:
        """Where each payment provider of the demo is."""
        return {name: f"http://localhost:{port}" for name, port in zip(CONTRACTS, self.ports[2:-1], strict=True)}

    @property
    def bank(self) -> str:
        """Where the bank of the demo is."""
        return f"http://localhost:{self.ports[-1]}"


class Program(Struct, frozen=True):
    """What is started beside the servers, and the address at which it answers once it is there.

    `later`: the hall does without it for its first seconds, so it starts when the hall is ready.
    """

    arguments: list[str]
    answers_at: str | None = None
    later: bool = False


Server: TypeAlias = "EmbeddedPostgres | EmbeddedRedis"


class Stopped(Exception):
    """A signal asked us to end."""


class PortTaken(Exception):
    """Another program listens where the hall should."""


class ServerEnded(Exception):
    """The embedded Postgres or Redis has ended; what was committed is safe."""


class ChildFailed(Exception):
    """A program of the hall keeps ending; the message carries the end of its log."""


class Child:
    """One program of the hall, started again when it ends by itself."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        self._command = command
        self._environment = environment
        self._quick_ends = 0
        self._started = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._started = time.monotonic()
        with self.log.open("ab") as output:
            self.process = processes.spawn(self._command, output=output, env={**os.environ, **self._environment})

    def revive(self) -> None:
        """Starts it again if it has ended; raises ChildFailed when that happened too often in a short time."""
        if self.process is None or self.process.poll() is None:
            return
        self._quick_ends = self._quick_ends + 1 if time.monotonic() - self._started < _STABLE_S else 1
        if self._quick_ends >= _MAX_QUICK_ENDS:
            raise ChildFailed(f"{self.name} keeps ending:\n{self.end_of_log()}")
        say(f"{self.name} ended with code {self.process.returncode} and is started again (see {self.log})")
        self.start()

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process, signal.SIGTERM)

    def end_of_log(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]


def up(options: Options) -> None:
    """Starts everything, prints where it is, and watches over it until a signal comes."""
    for sig in _ENDING:
        signal.signal(sig, _raise_stopped)
    home = Home(options.data)
    home.lock()
    if options.ports[-1] > _LAST_PORT:
        raise PortTaken(f"port {options.ports[-1]} would be needed too: choose a lower one with --port")
    for port in options.ports:
        if not port_is_free(options.host, port):
            raise PortTaken(f"port {port} is taken by another program: choose another with --port")
    with contextlib.suppress(Stopped), contextlib.ExitStack() as running:
        _watch(*_start(options, home, running))
    say("Stopped.")


def _start(options: Options, home: Home, running: contextlib.ExitStack) -> tuple[list[Child], list[Server]]:
    began = time.monotonic()
    addresses, servers = _servers(home, running)
    environment = addresses | _settings(options, home)
    home.remember_environment(environment)
    os.environ.update(environment)
    programs = _programs(options, home)
    with step("Preparing the database and the city pack"):
        asyncio.run(prepare(options.pack, home.directory, demo=options.demo))
    children = {name: _child(name, program.arguments, environment, home) for name, program in programs.items()}
    first, later = ({name: each for name, each in programs.items() if each.later is late} for late in (False, True))
    _start_programs(first, children, running)
    _welcome(options, home, time.monotonic() - began)
    if later:
        _start_programs(later, children, running)
    return list(children.values()), servers


def _start_programs(
    programs: Mapping[str, Program], children: Mapping[str, Child], running: contextlib.ExitStack
) -> None:
    """All at once, then waits until each answers."""
    for name in programs:
        running.callback(children[name].stop)
        children[name].start()
    with step("Starting " + ", ".join(programs)):
        for name, program in programs.items():
            if program.answers_at is not None:
                _await_answer(children[name], program.answers_at)


def _programs(options: Options, home: Home) -> dict[str, Program]:
    """The outside world first, the web last."""
    programs = {}
    if options.demo:
        sandbox = options.port + 1
        programs["sandbox"] = Program(["sandbox", "--port", str(sandbox)], f"http://127.0.0.1:{sandbox}/healthz")
        for name, port in zip(CONTRACTS, options.ports[2:-1], strict=True):
            arguments = ["gateway", name, "--port", str(port), "--data", str(home.directory)]
            programs[name] = Program(arguments, f"http://127.0.0.1:{port}/healthz", later=True)
        port = options.ports[-1]
        arguments = ["bank", "--port", str(port), "--data", str(home.directory)]
        programs["bank"] = Program(arguments, f"http://127.0.0.1:{port}/healthz", later=True)
    host = "127.0.0.1" if options.host == "0.0.0.0" else options.host  # noqa: S104 - only compared
    web = ["web", "--host", options.host, "--port", str(options.port), "--processes", str(options.web_processes)]
    return programs | {
        "worker": Program(["worker"]),
        "web": Program(web, f"http://{host}:{options.port}/readyz"),
    }


def _child(name: str, arguments: list[str], environment: dict[str, str], home: Home) -> Child:
    command = [sys.executable, "-m", "backend.cli", *arguments]
    return Child(name, command, environment, home.logs / f"{name}.log")


def _servers(home: Home, running: contextlib.ExitStack) -> tuple[dict[str, str], list[Server]]:
    """Addresses of Postgres and Redis, one's own where the environment names them; and the embedded ones started."""
    started: list[Server] = []
    environment = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    if "DATABASE_URL" not in environment:
        with step("Starting PostgreSQL"):
            postgres = EmbeddedPostgres(home.directory)
            running.callback(postgres.stop)
            postgres.start()
        environment["DATABASE_URL"] = postgres.dsn()
        started.append(postgres)
    if "REDIS_URL" not in environment:
        with step("Starting Redis"):
            cache = EmbeddedRedis(home.directory)
            running.callback(cache.stop)
            cache.start()
        environment["REDIS_URL"] = cache.url
        started.append(cache)
    return environment, started


def _settings(options: Options, home: Home) -> dict[str, str]:
    """What the programs need to know; a variable that is set already stays as it is."""
    kept = home.secrets()
    names = {
        "PUBLIC_URL": f"http://localhost:{options.port}",
        "DATA_KEYS": kept.data_keys,
        "LOOKUP_KEY": kept.lookup_key,
        "VAPID_PRIVATE_KEY": kept.vapid_private_key,
        "VAPID_SUBJECT": "mailto:operator@example.org",
    }
    if options.demo:
        sandbox = f"http://localhost:{options.port + 1}"
        names |= {
            "OIDC_ISSUER": sandbox,
            "OIDC_CLIENT_ID": "suishenban",
            "OIDC_CLIENT_SECRET": kept.oidc_client_secret,
            "SMS_URL": f"{sandbox}/sms",
            "MERCHANTS": str(onboard(contracts_in(home.directory), options.gateways)),
            "BANK": str(onboard_bank(contracts_in(home.directory), options.bank)),
            "SANDBOX": "true",
        }
    defaults = {f"SUISHENBAN_{name}": value for name, value in names.items()}
    given = {name: value for name, value in os.environ.items() if name.startswith("SUISHENBAN_")}
    return defaults | given


def _await_answer(child: Child, url: str, *, timeout_s: float = 60) -> None:
    """Waits until a program answers 200; raises ChildFailed when it ends or stays silent."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        child.revive()
        with contextlib.suppress(URLError, OSError), urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
            if answer.status == HTTPStatus.OK:
                return
        time.sleep(0.05)
    raise ChildFailed(f"{child.name} does not answer:\n{child.end_of_log()}")


def _watch(children: list[Child], servers: list[Server]) -> None:
    """Programs that end are started again; without its database a hall is none, so then all of it ends and says why."""
    while True:
        time.sleep(0.5)
        for server in servers:
            if not server.running:
                raise ServerEnded(f"{type(server).__name__} has ended by itself, see {server.log}; start again")
        for child in children:
            child.revive()


def _raise_stopped(*_: object) -> None:
    for sig in _ENDING:
        signal.signal(sig, signal.SIG_IGN)  # the stop itself is not to be interrupted
    raise Stopped


def _welcome(options: Options, home: Home, seconds: float) -> None:
    url = f"http://localhost:{options.port}"
    say(f"Ready after {seconds:.1f} s. Ctrl-C stops everything.\n")
    print(f"  The hall         {url}")
    print(f"  For programs     {url}/api/docs   {url}/metrics   {url}/readyz")
    if options.demo:
        print(f"  Outside world    http://localhost:{options.port + 1} (sign-in, SMS)")
        gateways = "   ".join(f"{address} ({name})" for name, address in options.gateways.items())
        print(f"  Payments         {gateways}")
        print(f"  Payouts          {options.bank} (bank)")
        print(f"  Operators' desk  {url}/ops (keys: {home.directory / OPERATORS_FILE})")
        print(f"\n  Try it: sign in at {url}/login as 林晓雯 ({TRY_IT_RESIDENT}), let a department feed a licence that")
        print("  expires in 30 days and run the sweep; the message is in the inbox, pushed, and sent as SMS:\n")
        print(f"    {try_it(options, home)}\n")
        print("  Or pay: she owes a fee and a fine (first screen, or 我的 → 缴费); 赵明远 pays a contribution for the")
        print("  restaurant he acts for. Each provider's own page says what it told the hall, gives money back,")
        print("  and goes wrong as you please.\n")
    print(f"  Data, secrets and logs: {home.directory}", flush=True)


def try_it(options: Options, home: Home) -> str:
    """One line for a shell: feed, then sweep."""
    data = home.directory
    feed = f'curl -sS -H "Authorization: Bearer $(cat {data}/try-it.key)" --data-binary @{data}/try-it.ndjson'
    command = Path(sys.executable).parent / "suishenban"
    return f"{feed} http://localhost:{options.port}/api/feeds/licences && {command} sweep --data {data}"


def port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Says what is being done, and how long it took when that was felt."""
    began = time.monotonic()
    print(f"· {what} … ", end="", flush=True)
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def say(what: str) -> None:
    print(f"· {what}", flush=True)
