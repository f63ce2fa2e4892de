"""`suishenban up`: a whole hall on one machine, from an empty directory, ended by Ctrl-C or with its terminal."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from pathlib import Path

from msgspec import Struct

from backend.demo import TRY_IT_RESIDENT, prepare
from backend.demo_operators import OPERATORS_FILE
from backend.embedded.home import Home
from backend.embedded.postgres import EmbeddedPostgres
from backend.embedded.redis import EmbeddedRedis
from backend.sandbox.bank.contract import onboard_bank
from backend.sandbox.gateways.onboarding import CONTRACTS, contracts_in, onboard
from backend.supervision import Child, Program, Supervisor, say, step

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LAST_PORT = 65_535


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


class Stopped(Exception):
    """A signal asked us to end."""


class PortTaken(Exception):
    """Another program listens where the hall should."""


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
    with contextlib.suppress(Stopped), Supervisor() as supervisor:
        _start(options, home, supervisor)
        supervisor.watch()
    say("Stopped.")


def _start(options: Options, home: Home, supervisor: Supervisor) -> None:
    began = time.monotonic()
    environment = _servers(home, supervisor)
    environment |= _settings(options, home)
    home.remember_environment(environment)
    os.environ.update(environment)
    with step("Preparing the database and the city pack"):
        asyncio.run(prepare(options.pack, home.directory, demo=options.demo))
    supervisor.start([_child(each, environment, home) for each in _hall(options)])
    _welcome(options, home, time.monotonic() - began)
    if options.demo:
        supervisor.start([_child(each, environment, home) for each in _paid_through(options, home)])


def _hall(options: Options) -> list[Program]:
    """The outside world first, the web last."""
    host = "127.0.0.1" if options.host == "0.0.0.0" else options.host  # noqa: S104 - only compared
    web = ["--host", options.host, "--port", str(options.port), "--processes", str(options.web_processes)]
    sandbox = options.port + 1
    return [
        *([_answering("sandbox", ["sandbox"], sandbox)] if options.demo else []),
        Program("worker", ["worker"]),
        Program("web", ["web", *web], f"http://{host}:{options.port}/readyz"),
    ]


def _paid_through(options: Options, home: Home) -> list[Program]:
    """The payment providers and the bank of the demo: the hall does without them for its first seconds."""
    data = ["--data", str(home.directory)]
    providers = zip(CONTRACTS, options.ports[2:-1], strict=True)
    return [
        *(_answering(name, ["gateway", name, *data], port) for name, port in providers),
        _answering("bank", ["bank", *data], options.ports[-1]),
    ]


def _answering(name: str, arguments: list[str], port: int) -> Program:
    return Program(name, [*arguments, "--port", str(port)], f"http://127.0.0.1:{port}/healthz")


def _child(program: Program, environment: dict[str, str], home: Home) -> Child:
    command = [sys.executable, "-m", "backend.cli", *program.arguments]
    return Child(program, command, {**os.environ, **environment}, home.logs / f"{program.name}.log")


def _servers(home: Home, supervisor: Supervisor) -> dict[str, str]:
    """Addresses of Postgres and Redis: one's own where the environment names them, else of embedded ones, started."""
    addresses = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    if "DATABASE_URL" not in addresses:
        postgres = EmbeddedPostgres(home.directory)
        with step("Starting PostgreSQL"):
            supervisor.serve(postgres)
        addresses["DATABASE_URL"] = postgres.dsn()
    if "REDIS_URL" not in addresses:
        cache = EmbeddedRedis(home.directory)
        with step("Starting Redis"):
            supervisor.serve(cache)
        addresses["REDIS_URL"] = cache.url
    return addresses


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
