"""Work that goes on beside requests: started with a scope, ended with it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

_AFTER_FAILURE_S = 5.0


@contextlib.asynccontextmanager
async def background(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs coroutines for as long as the block lasts, then cancels them and waits until they are gone."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def every(seconds: float, step: Callable[[], Awaitable[bool | None]], name: str) -> None:
    """Repeats a step for ever: at once again while it returns True (more is waiting), else after a pause.

    A failing step is logged and tried again later: a database that is away for a minute must not end the worker.
    """
    while True:
        try:
            more = await step()
        except Exception as error:  # noqa: BLE001 - whatever failed, the next round may succeed
            log.warning("background step failed", extra={"step": name, "error": type(error).__name__})
            await asyncio.sleep(_AFTER_FAILURE_S)
        else:
            await asyncio.sleep(0 if more else seconds)
