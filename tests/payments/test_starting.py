"""Starting a payment: committed before the provider hears of it, one attempt under one key, one open attempt a bill."""

import asyncio
from typing import Any

import pytest

from backend.payments.channels import list_failing
from backend.payments.errors import BillNotFound, ChannelUnavailable, KeyMissing, KeyReused, NothingToPay
from backend.payments.models import Channel
from backend.payments.numbers import new_order_no, owner_of
from backend.payments.orders import start_payment
from backend.payments.providers.errors import ProviderRefused, ProviderUnavailable
from backend.payments.providers.protocol import Creation, NewOrder
from tests.payments.till import Till, told


async def start(till: Till, *args: Any, **facts: Any) -> Any:
    wish = till.wish(*args, **facts)
    return await start_payment(till.db, till.redis, till.keyring, till.providers, wish, till.now)


async def test_the_attempt_is_committed_before_the_provider_is_called(till: Till) -> None:
    owner, bill_id = await till.bill()
    seen: list[str] = []

    class Watching(type(till.providers[Channel.WECHAT])):  # type: ignore[misc]
        async def create(self, order: NewOrder, now: Any) -> Creation:
            seen.append(await till.db.fetchval("SELECT state FROM payment_orders WHERE order_no = $1", order.order_no))
            return await super().create(order, now)

    till.providers[Channel.WECHAT] = Watching(Channel.WECHAT)

    attempt = await start(till, owner, bill_id)

    assert seen == ["created"]
    assert (await till.order(attempt.order)).state == "pending"
    assert attempt.creation.url.endswith(attempt.order.order_no)


async def test_the_owner_is_read_from_the_number_and_by_nobody_else(till: Till) -> None:
    order = await till.started()

    assert owner_of(till.keyring, order.order_no) == order.subject_id
    assert len({new_order_no(till.keyring, order.subject_id)[:8] for _ in range(50)}) == 50


async def test_a_double_tap_is_one_attempt(till: Till) -> None:
    owner, bill_id = await till.bill()

    attempts = await asyncio.gather(*(start(till, owner, bill_id, key="tap") for _ in range(8)))

    assert len({attempt.order.order_no for attempt in attempts}) == 1
    assert len({attempt.creation.url for attempt in attempts}) == 1
    assert await till.db.fetchval("SELECT count(*) FROM payment_orders") == 1


async def test_the_same_key_for_another_wish_is_refused(till: Till) -> None:
    owner, bill_id = await till.bill()
    _, other = await till.bill(owner)
    await start(till, owner, bill_id, key="once")

    for bill, channel in ((bill_id, Channel.ALIPAY), (other, Channel.WECHAT)):
        with pytest.raises(KeyReused) as refused:
            await start(till, owner, bill, channel, key="once")
        assert refused.value.status == 422


@pytest.mark.parametrize("key", ["", "x" * 65, "a b", "ключ"])
async def test_a_key_that_is_none_is_refused(till: Till, key: str) -> None:
    wish = till.wish(*await till.bill(), key="placeholder")

    with pytest.raises(KeyMissing):
        await start_payment(
            till.db, till.redis, till.keyring, till.providers, type(wish)(**{**_fields(wish), "key": key}), till.now
        )


async def test_somebody_elses_bill_is_not_found(till: Till) -> None:
    _, bill_id = await till.bill()

    with pytest.raises(BillNotFound):
        await start(till, await till.resident(2), bill_id)


async def test_a_settled_bill_takes_no_further_attempt(till: Till) -> None:
    order = await till.started()
    await till.pay(order)

    with pytest.raises(NothingToPay):
        await start(till, order.subject_id, order.bill_id)


async def test_another_channel_closes_the_open_attempt_first(till: Till) -> None:
    owner, bill_id = await till.bill()
    first = await till.start(owner, bill_id, Channel.WECHAT)

    await till.start(owner, bill_id, Channel.ALIPAY)

    assert till.providers[Channel.WECHAT].closed == [first.order_no]
    assert (await till.order(first)).state == "closed"


async def test_money_found_while_closing_ends_the_matter(till: Till) -> None:
    owner, bill_id = await till.bill()
    first = await till.start(owner, bill_id, Channel.WECHAT)
    till.providers[Channel.WECHAT].orders[first.order_no] = told(Channel.WECHAT, first.order_no)

    with pytest.raises(NothingToPay):
        await start(till, owner, bill_id, Channel.ALIPAY)

    assert await till.bill_state(first) == "settled"
    assert till.providers[Channel.ALIPAY].created == []


async def test_a_silent_provider_leaves_the_attempt_to_be_tried_again_under_its_key(till: Till) -> None:
    owner, bill_id = await till.bill()
    provider = till.providers[Channel.WECHAT]
    provider.down = True
    with pytest.raises(ProviderUnavailable):
        await start(till, owner, bill_id, key="again")
    provider.down = False

    attempt = await start(till, owner, bill_id, key="again")

    assert [new.order_no for new in provider.created] == [attempt.order.order_no]
    assert await till.db.fetchval("SELECT count(*) FROM payment_orders") == 1


async def test_a_channel_that_keeps_failing_is_hidden_until_it_works(till: Till) -> None:
    owner, bill_id = await till.bill()
    provider = till.providers[Channel.WECHAT]
    provider.down = True
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            await start(till, owner, bill_id)
    assert await list_failing(till.redis, till.providers) == {Channel.WECHAT}

    provider.down = False
    await start(till, owner, bill_id)

    assert await list_failing(till.redis, till.providers) == frozenset()


async def test_a_refused_creation_ends_the_attempt(till: Till) -> None:
    owner, bill_id = await till.bill()

    class Refusing(type(till.providers[Channel.WECHAT])):  # type: ignore[misc]
        async def create(self, order: NewOrder, now: Any) -> Creation:
            raise ProviderRefused("PARAM_ERROR")

    till.providers[Channel.WECHAT] = Refusing(Channel.WECHAT)
    with pytest.raises(ProviderRefused):
        await start(till, owner, bill_id)

    assert await till.db.fetchval("SELECT state FROM payment_orders") == "failed"


async def test_a_channel_without_merchant_is_refused(till: Till) -> None:
    owner, bill_id = await till.bill()
    del till.providers[Channel.UNIONPAY]

    with pytest.raises(ChannelUnavailable):
        await start(till, owner, bill_id, Channel.UNIONPAY)


def _fields(wish: Any) -> dict[str, Any]:
    return {name: getattr(wish, name) for name in wish.__struct_fields__}
