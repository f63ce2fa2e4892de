"""A process that lives, and one after the other that does not."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
from msgspec import Struct, structs

from backend.core.settings import Settings
from tests.payments.fire.executioner import Executioner
from tests.payments.fire.processes import Nursery, Process
from tests.payments.notices import Notice

_POSTGRES, _REDIS = ".s.PGSQL.5432", "redis"
Asking = Callable[[Process], Awaitable[httpx.Response]]


class Scaffold(Struct):
    """`survivor` talks to the servers itself; whoever `dies` does so through the executioner."""

    halls: Nursery
    doomed: Settings
    executioner: Executioner
    survivor: Process

    async def dies(self, answers: int, ask: Asking) -> bool:
        """Whether a process that gets so many answers dies of it; else it has answered itself."""
        victim = await self.halls.born(self.doomed)
        self.executioner.wait_for(victim, answers)
        with contextlib.suppress(httpx.TransportError):
            assert (await ask(victim)).is_success
        self.executioner.rest()
        victim.kill()
        return self.executioner.struck


@contextlib.asynccontextmanager
async def scaffold(
    halls: Nursery, settings: Settings, sockets: Path, executioner: Executioner
) -> AsyncIterator[Scaffold]:
    """`sockets`: a directory with a short name."""
    database, cache = urlsplit(settings.database_url), urlsplit(settings.redis_url)
    servers = Path(parse_qs(database.query)["host"][0])
    doomed = structs.replace(
        settings,
        database_url=f"postgresql://postgres@{database.path}?host={sockets}",
        redis_url=f"unix://{sockets / _REDIS}",
    )
    async with (
        executioner.between(servers / _POSTGRES, sockets / _POSTGRES),
        executioner.between(Path(cache.path), sockets / _REDIS),
    ):
        survivor = await halls.born(settings)
        try:
            yield Scaffold(halls, doomed, executioner, survivor)
        finally:
            survivor.kill()


async def tell(process: Process, notice: Notice) -> httpx.Response:
    async with httpx.AsyncClient(base_url=process.url, timeout=30) as provider:
        return await provider.post(notice.path, headers=dict(notice.headers), content=notice.body)
