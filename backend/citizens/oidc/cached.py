"""A document of the provider, fetched when needed, kept for a while, and still used when the provider is away."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from backend.citizens.errors import ProviderAnswerRefused, ProviderUnavailable

Document = TypeVar("Document")

LIFETIME = timedelta(hours=1)
MIN_INTERVAL = timedelta(minutes=1)


class Cached(Generic[Document]):
    """One fetch at a time. A refresh out of turn (an unknown key id) is granted once a minute, whoever asks."""

    def __init__(self, fetch: Callable[[datetime], Awaitable[Document]]) -> None:
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._document: Document | None = None
        self._tried_at: datetime | None = None
        self._fetched_at: datetime | None = None

    async def get(self, now: datetime) -> Document:
        """The document, at most an hour old while the provider answers; raises ProviderUnavailable without any."""
        async with self._lock:
            if self._document is None or self._fetched_at is None or now - self._fetched_at >= LIFETIME:
                await self._refresh(now)
            if self._document is None:
                raise ProviderUnavailable
            return self._document

    async def get_newer(self, now: datetime) -> Document:
        """The document fetched anew, unless that was tried within the last minute."""
        async with self._lock:
            if self._tried_at is None or now - self._tried_at >= MIN_INTERVAL:
                await self._refresh(now)
            if self._document is None:
                raise ProviderUnavailable
            return self._document

    async def _refresh(self, now: datetime) -> None:
        self._tried_at = now
        try:
            self._document = await self._fetch(now)
            self._fetched_at = now
        except (ProviderUnavailable, ProviderAnswerRefused):
            if self._document is None:
                raise
