"""Asks a server as fast as it answers: connections kept open, one request after the other on each of them."""

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping
from typing import Protocol, cast

import msgspec
import uvloop
from msgspec import Struct

_WARM_UP_S = 0.3
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Answers(Struct, frozen=True, kw_only=True):
    """What a number of connections got in a time. `failed`: refused, cut off or of another length.

    `answered` counts from the first to the last, the other figures from when the connections had warmed up.
    """

    each_second: float
    p50_ms: float
    p99_ms: float
    answered: int
    failed: int


class Ask(Struct, frozen=True, kw_only=True):
    """A GET, and how hard to ask for it."""

    port: int
    path: str
    headers: dict[str, str] = {}
    connections: int = 32
    seconds: float = 2.0


class Errand(Protocol):
    """What the connections have in common."""

    def next_request(self) -> bytes | None:
        """To be sent now on a connection that is free; None when it has done its part."""
        ...

    def take(self, status: bytes, length: int, seconds: float) -> None:
        """An answer, and how long it took."""
        ...

    def lose(self) -> None:
        """A connection that ended by itself."""
        ...


class _Tally:
    def __init__(self, ask: Ask) -> None:
        self._request = request("GET", ask.path, {"Host": f"127.0.0.1:{ask.port}", **ask.headers})
        self.times: list[float] = []
        self.counting = False
        self.answered = self.failed = 0
        self.length: int | None = None

    def next_request(self) -> bytes:
        return self._request

    def take(self, status: bytes, length: int, seconds: float) -> None:
        self.answered += 1
        self.length = length if self.length is None else self.length
        if status != b"200" or length != self.length:
            self.failed += 1
        elif self.counting:
            self.times.append(seconds)

    def lose(self) -> None:
        self.failed += 1


class Connection(asyncio.Protocol):
    """Reads no more of an answer than its status and where it ends (RFC 9112, section 6.3)."""

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._head = b""
        self._left = 0
        self._asked = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        if self._left:
            self._left -= len(data)
        else:
            self._head += data
            end = self._head.find(_END_OF_HEAD)
            if end < 0:
                return
            self._length = _content_length(self._head[:end])
            self._status = self._head[9:12]
            self._left = self._length + end + len(_END_OF_HEAD) - len(self._head)
        if not self._left:
            self._errand.take(self._status, self._length, time.perf_counter() - self._asked)
            self._ask()

    def connection_lost(self, _error: Exception | None) -> None:
        self._errand.lose()

    def _ask(self) -> None:
        if asked := self._errand.next_request():
            self._head = b""
            self._asked = time.perf_counter()
            self._transport.write(asked)


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """As it goes over the wire (RFC 9112, section 2.1)."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\n{fields}\r\n".encode() + body


def _content_length(head: bytes) -> int:
    fields = head.lower()
    start = fields.index(_LENGTH) + len(_LENGTH)
    return int(fields[start:].split(b"\r\n", 1)[0])


async def load(ask: Ask) -> Answers:
    tally = _Tally(ask)
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(lambda: Connection(tally), "127.0.0.1", ask.port) for _ in range(ask.connections)
    ]
    await asyncio.sleep(_WARM_UP_S)
    tally.counting, began = True, time.perf_counter()
    await asyncio.sleep(ask.seconds)
    tally.counting, seconds = False, time.perf_counter() - began
    answered, failed = tally.answered, tally.failed
    for transport, _ in opened:
        transport.abort()
    times = sorted(tally.times) or [0.0]
    return Answers(
        each_second=len(tally.times) / seconds,
        p50_ms=times[len(times) // 2] * 1000,
        p99_ms=times[len(times) * 99 // 100] * 1000,
        answered=answered,
        failed=failed,
    )


def main() -> None:
    """Takes an Ask as JSON, prints Answers as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ask")
    ask = msgspec.json.decode(parser.parse_args().ask, type=Ask)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(load(ask))))


if __name__ == "__main__":
    main()
