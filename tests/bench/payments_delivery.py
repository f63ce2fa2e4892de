"""Delivers callbacks over connections kept open, each callback once, as fast as they are answered."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import uvloop
from msgspec import Struct

from tests.bench.load import Connection, request
from tests.bench.payments_town import Told

_PATH = "/callbacks/wechat"


class Delivery(Struct, frozen=True, kw_only=True):
    """Where to, what (a file with Tolds), over how many connections."""

    port: int
    callbacks: str
    connections: int


class Delivered(Struct, frozen=True, kw_only=True):
    """`acknowledged` in `seconds` from the first request to the last answer; the waits of each."""

    acknowledged: int
    refused: int
    seconds: float
    p50_ms: float
    p99_ms: float


class _Post:
    def __init__(self, requests: Sequence[bytes]) -> None:
        self._left, self._expected = iter(requests), len(requests)
        self.times: list[float] = []
        self.refused = 0
        self.done = asyncio.Event()

    def next_request(self) -> bytes | None:
        return next(self._left, None)

    def take(self, status: bytes, length: int, seconds: float) -> None:
        self.times.append(seconds)
        self.refused += status != b"200"
        if len(self.times) == self._expected:
            self.done.set()

    def lose(self) -> None:
        self.refused += 1
        self.done.set()


async def deliver(delivery: Delivery) -> Delivered:
    callbacks = msgspec.msgpack.decode(Path(delivery.callbacks).read_bytes(), type=list[Told])
    post, loop = _Post([_request(each) for each in callbacks]), asyncio.get_running_loop()
    began = time.perf_counter()
    opened = [
        await loop.create_connection(lambda: Connection(post), "127.0.0.1", delivery.port)
        for _ in range(delivery.connections)
    ]
    await post.done.wait()
    seconds, times = time.perf_counter() - began, sorted(post.times)
    delivered = Delivered(
        acknowledged=len(times) - post.refused,
        refused=post.refused,
        seconds=seconds,
        p50_ms=times[len(times) // 2] * 1000,
        p99_ms=times[len(times) * 99 // 100] * 1000,
    )
    for transport, _ in opened:
        transport.abort()
    return delivered


def _request(told: Told) -> bytes:
    headers = {"Host": "hall.example", "Content-Type": "application/json", "Content-Length": str(len(told.body))}
    return request("POST", _PATH, {**headers, **told.headers}, told.body)


def main() -> None:
    """Takes a Delivery as JSON, prints what was Delivered as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("delivery")
    delivery = msgspec.json.decode(parser.parse_args().delivery, type=Delivery)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(deliver(delivery))))


if __name__ == "__main__":
    main()
