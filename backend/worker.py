"""The worker: turns facts into effects, sends what is queued, and sweeps every morning."""

import asyncio
import os
import signal
import socket
from functools import partial
from uuid import UUID

from backend.citizens.service import phone_of
from backend.city.city import City
from backend.city.service import find_version, read_city
from backend.core.background import background, every
from backend.core.events import Dispatcher
from backend.core.heartbeat import LIFETIME_S, beat
from backend.core.logs import configure_logs
from backend.core.processes import die_with_parent
from backend.core.resources import Resources, open_resources
from backend.core.settings import Settings, read_settings
from backend.event_handlers import event_map
from backend.inbox.push_keys import push_keys
from backend.matching.desk.catching_up import catch_up
from backend.matching.desk.recalling import recall_stopped
from backend.matching.desk.rehearsing import rehearse_next
from backend.matching.service import look_again, sweep_if_due
from backend.matching.turning import turn_if_due
from backend.payments.channels import NO_WAYS_TO_PAY, Providers
from backend.payments.gateways import open_providers
from backend.payments.keeping import retry_waiting
from backend.payments.ledger import note_check
from backend.payments.payouts.bank import Bank, open_bank
from backend.payments.payouts.comparing import compare_due
from backend.payments.payouts.paying import pay_out
from backend.payments.poller import poll_orders, poll_refunds
from backend.payments.reconciliation.daily import reconcile_due
from notifications.channels.channel import Channel
from notifications.channels.sms import Sms
from notifications.channels.web_push import WebPush
from notifications.delivery import Sender
from notifications.models import ChannelName
from notifications.queries.claims import Claimed
from notifications.stop_links import make_code, purge
from notifications.webpush.endpoints import parse_origins
from notifications.webpush.transport import AiohttpTransport, Transport
from notifications.webpush.vapid import VapidHeaders

_EVENTS_AT_ONCE = 200
_LEDGER_CHECK_S = 600
_BILLS_S = 60
_PURGE_S = 3600


class Worker:
    """All background work of the hall on resources that the caller owns; any number of workers may run."""

    def __init__(
        self,
        hall: Resources,
        transport: Transport,
        providers: Providers = NO_WAYS_TO_PAY,
        bank: Bank | None = None,
    ) -> None:
        self._hall = hall
        self._providers = providers
        self._bank = bank
        self._city: City | None = None
        self._dispatcher = Dispatcher(hall.db, event_map(hall.redis))
        name = f"{socket.gethostname()}:{os.getpid()}"
        self._sender = Sender(hall.db, hall.redis, channels(hall, transport), hall.now, name=name)

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set."""
        async with background(
            every(0.2, self.dispatch, "events"),
            every(0.1, self.look_again, "rules"),
            every(30, self.sweep, "sweep"),
            every(0.5, self.recall, "recalls"),
            every(1, self.catch_up, "catching up"),
            every(1, self.rehearse, "rehearsals"),
            every(2, self.settle_payments, "payments"),
            every(2, self.pay_out, "payouts"),
            every(_BILLS_S, self.compare_payouts, "days of payouts"),
            every(_LEDGER_CHECK_S, self.check_ledger, "ledger"),
            every(_BILLS_S, self.reconcile, "reconciliation"),
            every(_PURGE_S, self.purge_stop_links, "old short addresses"),
            every(LIFETIME_S / 3, self.beat, "heartbeat"),
        ):
            await self._sender.run(stop)

    async def dispatch(self) -> bool:
        """Handles waiting facts; True when there may be more."""
        return await self._dispatcher.run_once(self._hall.now(), limit=_EVENTS_AT_ONCE) == _EVENTS_AT_ONCE

    async def look_again(self) -> bool:
        """Applies the rules to those about whom something has changed; True when there may be more."""
        hall = self._hall
        return await look_again(hall.db, hall.redis, await self._current_city(), hall.now())

    async def _current_city(self) -> City:
        """As last loaded; read anew only when a newer pack has come."""
        if self._city is None or self._city.version != await find_version(self._hall.db):
            self._city = await read_city(self._hall.db)
        return self._city

    async def send_once(self) -> int:
        """One batch of deliveries; returns how many were settled."""
        return await self._sender.run_once()

    async def sweep(self) -> None:
        hall = self._hall
        await turn_if_due(hall.db, hall.now())
        await sweep_if_due(hall.db, hall.redis, await self._current_city(), hall.clock)

    async def recall(self) -> bool:
        """Takes back what rules that were stopped have told and nobody was sent; True when there may be more."""
        return await recall_stopped(self._hall.db, self._hall.clock)

    async def catch_up(self) -> bool:
        """Tells what rules that have come into use found before; True when there may be more."""
        hall = self._hall
        return await catch_up(hall.db, hall.redis, await self._current_city(), hall.clock)

    async def rehearse(self) -> bool:
        """Tries rules out for the rules desk; True when there may be more."""
        return await rehearse_next(self._hall.db, await self._current_city(), self._hall.clock)

    async def settle_payments(self) -> bool:
        """Asks about open orders and refunds, applies callbacks that came too early; True when there may be more."""
        hall, now = self._hall, self._hall.now()
        orders = await poll_orders(hall.db, hall.keyring, self._providers, now)
        refunds = await poll_refunds(hall.db, hall.keyring, self._providers, now)
        return await retry_waiting(hall.db, hall.keyring, now) or orders or refunds

    async def pay_out(self) -> bool:
        """Hands payouts to the bank and asks about them; True when there may be more."""
        hall = self._hall
        return self._bank is not None and await pay_out(hall.db, hall.keyring, self._bank, hall.now())

    async def compare_payouts(self) -> bool:
        """Holds the oldest day that was not yet against the bank's list; True when there may be more."""
        return self._bank is not None and await compare_due(self._hall.db, self._bank, self._hall.now())

    async def reconcile(self) -> bool:
        """Fetches and matches the providers' daily bills that are due; True when there may be more."""
        return await reconcile_due(self._hall.db, self._hall.keyring, self._providers, self._hall.now())

    async def check_ledger(self) -> None:
        await note_check(self._hall.db, self._hall.now())

    async def purge_stop_links(self) -> bool:
        """Forgets short addresses of messages long past; True when there may be more."""
        return await purge(self._hall.db, self._hall.now())

    async def beat(self) -> None:
        await beat(self._hall.redis, self._hall.now())


def channels(hall: Resources, transport: Transport) -> dict[ChannelName, Channel]:
    """The ways out that this installation has keys and addresses for."""
    settings = hall.settings

    async def phone(recipient_id: UUID) -> str | None:
        return await phone_of(hall.db, hall.keyring, recipient_id)

    async def link(delivery: Claimed) -> str:
        recipient_id, message_id = delivery.recipient_id, delivery.message_id
        code = await make_code(hall.db, partial(hall.keyring.lookup, "stop-link"), recipient_id, message_id, hall.now())
        return f"{settings.public_url}/s/{code}"

    ways: dict[ChannelName, Channel] = {}
    if settings.vapid_private_key:
        extra = parse_origins(settings.push_extra_origins)
        vapid = VapidHeaders(push_keys(settings), settings.vapid_subject)
        ways[ChannelName.WEB_PUSH] = WebPush(transport, vapid, settings.public_url, extra)
    if settings.sms_url:
        ways[ChannelName.SMS] = Sms(transport, settings.sms_url, phone, link)
    return ways


async def serve(settings: Settings) -> None:
    """The worker process: until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for sig in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sig, stop.set)
    async with (
        open_resources(settings) as hall,
        open_providers(settings) as providers,
        open_bank(settings) as bank,
        AiohttpTransport() as transport,
    ):
        await Worker(hall, transport, providers, bank).run(stop)


def main() -> None:
    """Entry of the worker process; its environment is its settings."""
    import uvloop

    die_with_parent()
    settings = read_settings()
    configure_logs(settings.log_level)
    uvloop.run(serve(settings))
