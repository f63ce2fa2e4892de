"""`suishenban reconcile`: the providers' daily bills against the ledger."""

import argparse
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from backend.commands.command import Commands, Failed, add_command, day, run_on_hall

if TYPE_CHECKING:
    from backend.core.resources import Resources
    from backend.payments.providers.protocol import Provider
    from backend.payments.reconciliation.models import Outcome

_CHANNELS = ("wechat", "alipay", "unionpay")


def add(commands: Commands) -> None:
    reconcile = commands.add_parser("reconcile", help="the providers' daily bills against the ledger")
    kinds = reconcile.add_subparsers(required=True, metavar="run|import|rate")
    run = add_command(kinds, "run", _run, "fetch the bill of a day and match it; exit 1 where a day is not done")
    run.add_argument("--day", type=day, help="default: the last day whose bill may be expected")
    run.add_argument("--channel", choices=_CHANNELS, help="default: every channel with keys")
    run.add_argument("--json", action="store_true", help="print the outcome as JSON")
    bring = add_command(kinds, "import", _import, "match a day by a bill's file, as the provider's portal gives it")
    bring.add_argument("channel", choices=_CHANNELS)
    bring.add_argument("day", type=day)
    bring.add_argument("file", type=Path)
    bring.add_argument("--json", action="store_true", help="print the outcome as JSON")
    rate = add_command(
        kinds, "rate", _rate, "say what a channel may charge by contract, so that fees are held against it"
    )
    rate.add_argument("channel", choices=_CHANNELS)
    rate.add_argument("percent", type=_percent, help="of what it settles, such as 0.6")
    rate.add_argument("--from", dest="valid_from", type=day, required=True, help="the first day of this rate")


def _run(options: argparse.Namespace) -> None:
    from backend.payments.gateways import open_providers
    from backend.payments.reconciliation.daily import run_day
    from backend.payments.reconciliation.windows import last_published

    async def run(hall: "Resources") -> None:
        which: date = options.day or last_published(hall.now())
        async with open_providers(hall.settings) as providers:
            chosen = [each for channel, each in providers.items() if options.channel in {None, channel}]
            if not chosen:
                raise Failed("there are no keys of a merchant for this; see SUISHENBAN_MERCHANTS")
            foresees = hall.settings.sandbox
            outcomes = [
                await run_day(hall.db, hall.keyring, each, which, hall.now(), may_foresee=foresees) for each in chosen
            ]
        _tell(outcomes, as_json=options.json)

    run_on_hall(options, run)


def _import(options: argparse.Namespace) -> None:
    from backend.payments.gateways import open_providers
    from backend.payments.providers.wire import LARGEST_BILL
    from backend.payments.reconciliation.daily import import_bill
    from backend.payments.reconciliation.models import Origin

    if not options.file.is_file():
        raise Failed(f"{options.file} is not a file")
    if options.file.stat().st_size > LARGEST_BILL:
        raise Failed(f"{options.file} is larger than {LARGEST_BILL // 1024**2} MB")
    raw = options.file.read_bytes()

    async def bring(hall: "Resources") -> None:
        async with open_providers(hall.settings) as providers:
            provider = _only(providers.get(options.channel), options.channel)
            now = hall.now()
            outcome = await import_bill(hall.db, hall.keyring, provider, options.day, raw, Origin.IMPORTED, now)
        _tell([outcome], as_json=options.json)

    run_on_hall(options, bring)


def _rate(options: argparse.Namespace) -> None:
    from backend.payments.gateways import open_providers
    from backend.payments.reconciliation.fees import set_rate

    async def say(hall: "Resources") -> None:
        async with open_providers(hall.settings) as providers:
            provider = _only(providers.get(options.channel), options.channel)
            await set_rate(hall.db, provider.channel, provider.merchant, options.valid_from, options.percent)

    run_on_hall(options, say)


def _only(provider: "Provider | None", channel: str) -> "Provider":
    from backend.payments.reconciliation.errors import ChannelNotOffered

    if provider is None:
        raise ChannelNotOffered(channel=channel)
    return provider


def _tell(outcomes: "list[Outcome]", *, as_json: bool) -> None:
    """Prints what became of each day; the command fails unless all are done."""
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(outcomes)).decode())
    else:
        print("\n".join(_in_words(each) for each in outcomes))
    if undone := [each.channel for each in outcomes if each.state != "done" or each.problem]:
        raise Failed(f"not as it should be: {', '.join(undone)}")


def _in_words(outcome: "Outcome") -> str:
    line = f"{outcome.channel} {outcome.day}: {outcome.state}"
    if outcome.revision is not None:
        line += f", revision {outcome.revision}{'' if outcome.is_new else ' (known)'}"
    if outcome.picture is not None:
        differing = ", ".join(f"{count} {judged}" for judged, count in sorted(outcome.picture.differing.items()))
        matched, repaired = outcome.picture.matched, outcome.picture.repaired
        line += f"; {matched} matched, {repaired} repaired, differing: {differing or 'none'}"
    return f"{line}; {outcome.problem}" if outcome.problem else line


def _percent(text: str) -> int:
    """Millionths of a percentage with at most four decimals."""
    try:
        ppm = Decimal(text) * 10_000
        if 0 <= ppm <= 100_000 and ppm == int(ppm):
            return int(ppm)
    except InvalidOperation:  # no number, or not one that compares
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a percentage between 0 and 10 such as 0.6")
