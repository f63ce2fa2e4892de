"""The merchants file becomes ways to pay, or all that is wrong with it is said at once and none of what is in it."""

import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from backend.core.settings import BadSettings, Settings
from backend.payments.channels import Providers
from backend.payments.gateways import open_providers, providers_of
from backend.payments.merchants import read_merchants
from backend.payments.models import Channel, OrderNo
from tests.payments.merchants import merchants
from tests.payments.providers.keys import NOW, private_pem

Told = dict[str, Any]


@pytest.fixture
def told() -> Told:
    """A good file, to be spoilt."""
    decoded: Told = json.loads(merchants())
    return decoded


def settings(path: Path | str) -> Settings:
    facts = {"database_url": "", "redis_url": "", "data_keys": "", "lookup_key": ""}
    return Settings(**facts, public_url="https://hall.example", merchants=str(path))


def written(directory: Path, told: object) -> Settings:
    path = directory / "merchants.json"
    path.write_bytes(msgspec.json.encode(told))
    return settings(path)


async def opened(chosen: Settings) -> Providers:
    async with open_providers(chosen) as providers:
        return providers


async def test_without_a_file_there_is_no_way_to_pay() -> None:
    assert await opened(settings("")) == {}


async def test_every_provider_of_the_file_is_offered(tmp_path: Path, told: Told) -> None:
    providers = await opened(written(tmp_path, told))

    assert {channel: provider.channel for channel, provider in providers.items()} == {each: each for each in Channel}


async def test_a_provider_that_is_left_out_is_not_offered(tmp_path: Path, told: Told) -> None:
    del told["unionpay"]

    assert set(await opened(written(tmp_path, told))) == {Channel.WECHAT, Channel.ALIPAY}


def test_providers_are_told_to_call_back_here(tmp_path: Path, told: Told) -> None:
    configs = read_merchants(written(tmp_path, told).merchants, "https://hall.example/")

    told_to_call = [getattr(config, "notify_url", None) or config.back_url for config in configs.values()]  # type: ignore[union-attr]
    assert told_to_call == [f"https://hall.example/callbacks/{channel}" for channel in configs]


@pytest.mark.parametrize("channel", list(Channel))
async def test_connections_end_with_the_program(tmp_path: Path, told: Told, channel: Channel) -> None:
    providers = await opened(written(tmp_path, told))

    with pytest.raises(RuntimeError, match="has been closed"):
        await providers[channel].query(OrderNo("PAY0000000000001"), NOW, NOW)


async def test_all_that_is_wrong_is_said_at_once_and_nothing_of_the_file(tmp_path: Path, told: Told) -> None:
    secret = private_pem("a secret")
    told["wechat"] |= {"api_v3_key": "too short", "base_url": "nowhere"}
    told["alipay"] |= {"app_key_pem": secret.replace("A", "B"), "notify_url": "https://other.example"}
    del told["unionpay"]["mer_id"]
    told["unionpay"] |= {"middle_certificates": [secret], "pinned": 3}
    told["cash"] = {}

    with pytest.raises(BadSettings) as error:
        await opened(written(tmp_path, told))

    said = str(error.value).removeprefix("merchants: ").split("; ")
    assert [fault.partition(": ")[0] for fault in said] == [
        "cash",
        "wechat.base_url",
        "alipay.notify_url",
        "alipay.app_key_pem",
        "unionpay.mer_id",
        "unionpay.middle_certificates",
        "unionpay.pinned",
    ]
    assert "too short" not in str(error.value)
    assert not any(line in str(error.value) for line in secret.splitlines()[1:])


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"api_v3_key": "too short"}, "wechat: the APIv3 key must be 32 ASCII characters"),
        ({"cipher": "ROT13"}, "wechat.cipher: not of the form it should have"),
        ({"mchid": 1900000109}, "wechat.mchid: not of the form it should have"),
        ({"public_keys": {"PUB_KEY_ID_1": "no PEM"}}, "wechat.public_keys: not an RSA public key"),
        ({"certificates": ["no PEM"]}, "wechat.certificates: not a certificate"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, told: Told, changes: Told, fault: str) -> None:
    told["wechat"] |= changes

    with pytest.raises(BadSettings, match=fault):
        read_merchants(written(tmp_path, told).merchants, "https://hall.example")


def test_certificates_that_are_no_chain_are_said_so(tmp_path: Path, told: Told) -> None:
    told["unionpay"]["root_certificate"] = told["unionpay"]["middle_certificates"][0]

    with pytest.raises(BadSettings, match="unionpay: UnionPay's middle certificates are not issued by its root"):
        providers_of(written(tmp_path, told), httpx.AsyncClient())


@pytest.mark.parametrize(
    ("content", "fault"), [(b"not json", "not an object in JSON"), (b"[]", "not an object"), (None, "cannot be read")]
)
def test_a_file_that_is_none_is_said_so(tmp_path: Path, content: bytes | None, fault: str) -> None:
    path = tmp_path / "merchants.json"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(BadSettings, match=fault):
        read_merchants(str(path), "https://hall.example")


def test_each_provider_must_be_an_object(tmp_path: Path, told: Told) -> None:
    told["alipay"] = "2021000000000001"

    with pytest.raises(BadSettings, match="alipay: not an object"):
        read_merchants(written(tmp_path, told).merchants, "https://hall.example")
