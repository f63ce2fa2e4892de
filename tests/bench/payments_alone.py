"""The bound for callbacks: the signature is checked, the resource opened, and the statements sent; nothing else.

The statements are those that the product was overheard to send for each callback, in a transaction that was then taken
back: the same text, the same arguments, the same kind of call, in the same order, on as many connections set up alike.
"""

import argparse
import asyncio
import base64
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import uvloop
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from msgspec import Struct

from backend.core.clock import SystemClock
from backend.core.crypto import Keyring
from backend.core.db import Database, Tx, connect
from backend.core.settings import Settings
from backend.payments.callbacks import receive
from backend.payments.intake import Intake
from backend.payments.providers.wechat.adapter import WechatPay
from backend.payments.providers.wechat.config import WechatConfig
from backend.payments.providers.wechat.notices import Notice
from tests.bench.payments_town import Told

CONNECTIONS = 8  # as many as the product opens
_BEFORE = 32  # callbacks that warm up: each connection has prepared its statements then

_padding, _hash = PKCS1v15(), SHA256()


class Bound(Struct, frozen=True, kw_only=True):
    """A hall, its merchant at WeChat Pay, and a file with Tolds."""

    settings: Settings
    wechat: WechatConfig
    callbacks: str


class Settled(Struct, frozen=True):
    """`cpu_s`: processor time of the program."""

    number: int
    seconds: float
    cpu_s: float


class Statement(Struct, frozen=True):
    """`call`: the method of the connection that it was sent with."""

    call: str
    sql: str
    args: tuple[Any, ...]


class _Noting:
    """A connection that writes down what it is told to do, and does it."""

    def __init__(self, tx: Tx, said: list[Statement]) -> None:
        self._tx, self._said = tx, said

    def __getattr__(self, call: str) -> Callable[..., Awaitable[Any]]:
        async def noted(sql: str, *args: Any) -> Any:
            self._said.append(Statement(call, sql, args))
            return await getattr(self._tx, call)(sql, *args)

        return noted


class _Overheard(Database):
    """Nothing that is done in its transactions stays."""

    said: list[Statement]

    @asynccontextmanager
    async def transaction(self, **_: Any) -> AsyncIterator[Any]:
        self.said = []
        async with self.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                yield _Noting(connection, self.said)
            finally:
                await transaction.rollback()


class Overhearing:
    """What the product says to the database about a callback."""

    def __init__(self, db: Database, keyring: Keyring, config: WechatConfig) -> None:
        self._db = _Overheard(db.pool)
        self._intake = Intake(self._db, keyring)
        self._provider = WechatPay(config, httpx.AsyncClient())

    async def of(self, told: Told) -> Sequence[Statement]:
        answer = await receive(self._intake, self._provider, told.headers, told.body, SystemClock().now())
        if answer != self._provider.acknowledge():
            raise ValueError("a callback was not taken")
        return self._db.said


class Alone:
    """Checks, opens and sends, with keys at hand."""

    def __init__(self, config: WechatConfig) -> None:
        self._keys = {serial: _public_key(pem) for serial, pem in config.public_keys.items()}
        self._opener = AESGCM(config.api_v3_key.encode())
        self._envelope = msgspec.json.Decoder(Notice)

    def check(self, told: Told) -> bytes:
        signed, body = told.headers, told.body
        message = b"%b\n%b\n%b\n" % (
            signed["Wechatpay-Timestamp"].encode(),
            signed["Wechatpay-Nonce"].encode(),
            body,
        )
        signature = base64.b64decode(signed["Wechatpay-Signature"])
        self._keys[signed["Wechatpay-Serial"]].verify(signature, message, _padding, _hash)
        sealed = self._envelope.decode(body).resource
        return self._opener.decrypt(
            sealed.nonce.encode(), base64.b64decode(sealed.ciphertext), sealed.associated_data.encode()
        )


async def settle(
    alone: Alone,
    connections: "Sequence[asyncpg.Connection[asyncpg.Record]]",
    work: Sequence[tuple[Told, Sequence[Statement]]],
) -> Settled:
    """All of it, by all connections at once."""
    left = iter(work)

    async def by(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        for told, statements in left:
            alone.check(told)
            async with connection.transaction():
                for each in statements:
                    await getattr(connection, each.call)(each.sql, *each.args)

    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*map(by, connections))
    return Settled(len(work), time.perf_counter() - began, time.process_time() - used)


async def run(bound: Bound) -> Settled:
    callbacks = msgspec.msgpack.decode(Path(bound.callbacks).read_bytes(), type=list[Told])
    db = await connect(bound.settings.database_url)
    overhearing = Overhearing(db, bound.settings.keyring(), bound.wechat)
    work = [(each, await overhearing.of(each)) for each in callbacks]
    await db.close()
    connections = [await _connect(bound.settings.database_url) for _ in range(CONNECTIONS)]
    alone = Alone(bound.wechat)
    await settle(alone, connections, work[:_BEFORE])
    settled = await settle(alone, connections, work[_BEFORE:])
    await asyncio.gather(*(connection.close() for connection in connections))
    return settled


async def _connect(database_url: str) -> "asyncpg.Connection[asyncpg.Record]":
    """With a limit on the time of each statement, as the product's have one."""
    return await asyncpg.connect(database_url, command_timeout=60)


def _public_key(pem: str) -> RSAPublicKey:
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, RSAPublicKey)
    return key


def main() -> None:
    """Takes a Bound as JSON, prints what was Settled as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bound")
    bound = msgspec.json.decode(Path(parser.parse_args().bound).read_bytes(), type=Bound)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(run(bound))))


if __name__ == "__main__":
    main()
