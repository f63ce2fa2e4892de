"""The providers that this installation has keys for, and how long their connections live."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import httpx

from backend.core.settings import BadSettings, Settings
from backend.payments.channels import Providers
from backend.payments.merchants import read_merchants
from backend.payments.models import Channel
from backend.payments.providers.alipay.adapter import Alipay
from backend.payments.providers.protocol import Provider
from backend.payments.providers.unionpay.adapter import Unionpay
from backend.payments.providers.wechat.adapter import WechatPay
from backend.payments.providers.wire import open_client

_ADAPTERS: Mapping[Channel, Callable[[Any, httpx.AsyncClient], Provider]] = {
    Channel.WECHAT: WechatPay,
    Channel.ALIPAY: Alipay,
    Channel.UNIONPAY: Unionpay,
}


@contextlib.asynccontextmanager
async def open_providers(settings: Settings) -> AsyncIterator[Providers]:
    """For as long as the program runs, on one pool of connections. Raises BadSettings for a merchants file with faults.

    Without a file no way to pay is offered, and no callback believed.
    """
    async with open_client() as http:
        yield providers_of(settings, http)


def providers_of(settings: Settings, http: httpx.AsyncClient) -> Providers:
    """Raises BadSettings naming every fault of the merchants file."""
    providers: dict[Channel, Provider] = {}
    faults = []
    for channel, config in read_merchants(settings.merchants, settings.public_url).items():
        try:
            providers[channel] = _ADAPTERS[channel](config, http)
        except ValueError as error:
            faults.append(f"{channel}: {error}")
    if faults:
        raise BadSettings(f"merchants: {'; '.join(faults)}")
    return providers
