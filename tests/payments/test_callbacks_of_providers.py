"""What the three providers really send, by HTTP to the hall as it is served: from the signature to the books."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from prometheus_client import REGISTRY

from backend.payments.keeping import retry_waiting
from backend.payments.models import Channel
from backend.payments.money import Fen
from backend.payments.refunds import request_refund
from tests.payments.counter import Counter, alipay_fields, open_counter, payment, wechat_notice
from tests.payments.providers.alipay import gateway as alipay
from tests.payments.providers.keys import certificate
from tests.payments.providers.unionpay import gateway as unionpay
from tests.payments.providers.wechat import gateway as wechat
from tests.payments.till import PRICE, Till

WORDS = {
    Channel.WECHAT: b'{"code":"SUCCESS","message":"OK"}',
    Channel.ALIPAY: b"success",
    Channel.UNIONPAY: b"ok",
}
NEW_KEY = "0F1C72E2A8931B72A2E13AF8DEE92471EB397116"


@pytest.fixture
async def counter(till: Till) -> AsyncIterator[Counter]:
    async with open_counter(till) as opened:
        yield opened


@pytest.mark.parametrize("channel", list(Channel))
async def test_a_payment_settles_its_bill_however_often_it_is_told(counter: Counter, channel: Channel) -> None:
    till, order = counter.till, await counter.till.started(channel)

    answers = [await counter.tell(*payment(order)) for _ in range(3)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(200, WORDS[channel])] * 3
    assert (await till.order(order)).state == "paid"
    assert await till.bill_state(order) == "settled"
    assert await till.balances() == {f"clearing:{channel}": PRICE, "receivable": -PRICE}
    assert await counter.kept() == [(channel, "applied")]


def probes() -> float:
    labels = {"channel": "wechat", "verdict": "probe"}
    return REGISTRY.get_sample_value("payment_callbacks_total", labels) or 0


async def test_a_probe_of_the_signature_check_is_refused_kept_nowhere_and_no_forgery(counter: Counter) -> None:
    """The notice is a real one: it comes again, well signed."""
    order = await counter.till.started()
    channel, body, headers = payment(order)
    probe = headers | {"Wechatpay-Signature": f"WECHATPAY/SIGNTEST/{headers['Wechatpay-Signature']}"}
    before = probes()

    answer = await counter.tell(channel, body, probe)

    assert 400 <= answer.status_code < 500
    assert await counter.kept() == []
    assert await counter.refused() == []
    assert probes() == before + 1
    assert (await counter.till.order(order)).state == "pending"
    assert (await counter.tell(channel, body, headers)).status_code == 200
    assert (await counter.till.order(order)).state == "paid"


async def test_a_key_that_is_new_is_fetched_and_the_callback_believed(till: Till) -> None:
    asked: list[str] = []

    def answers(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path != "/v3/certificates":
            return wechat.answer({"h5_url": "https://wx.tenpay.com/?prepay_id=wx1"})
        sealed = wechat.seal(certificate("new platform", int(NEW_KEY, 16)).encode(), context="certificate")
        told = {"data": [{"serial_no": NEW_KEY, "encrypt_certificate": sealed}]}
        return wechat.answer(told, signer="new platform", serial=NEW_KEY)

    async with open_counter(till, wechat_answers=answers) as counter:
        order = await till.started()
        channel, body, _ = payment(order)

        answer = await counter.tell(channel, body, wechat.signed(body, signer="new platform", serial=NEW_KEY))

        assert answer.status_code == 200
        assert (await till.order(order)).state == "paid"
        assert asked[1:] == ["/v3/certificates"]


async def test_a_key_that_nobody_knows_is_looked_for_once_and_refused(till: Till) -> None:
    asked: list[str] = []

    def answers(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(403, json={"code": "NO_AUTH"})

    async with open_counter(till, wechat_answers=answers) as counter:
        body = wechat.notice(wechat.TRANSACTION)
        refusals = [await counter.tell(Channel.WECHAT, body, wechat.signed(body, serial="7" * 40)) for _ in range(2)]

        assert [refusal.status_code for refusal in refusals] == [400, 400]
        assert asked == ["/v3/certificates"]
        assert await counter.kept() == []
        assert await counter.refused() == [("wechat", "unknown_key", 2)]


async def asked_back(till: Till, order: Any, amount: int = 500) -> str:
    number = await request_refund(
        till.db, till.keyring, order.subject_id, order.order_no, Fen(amount), "退费", till.now
    )
    await till.db.execute("UPDATE payment_refunds SET state = 'accepted', next_query_at = NULL")
    return number


@pytest.mark.parametrize(
    ("event", "state", "exceptions"),
    [
        ("SUCCESS", "succeeded", []),
        ("ABNORMAL", "abnormal", ["refund_abnormal"]),
        ("CLOSED", "failed", ["refund_failed"]),
    ],
)
async def test_wechat_tells_what_became_of_a_refund(
    counter: Counter, event: str, state: str, exceptions: list[str]
) -> None:
    till, order = counter.till, await counter.paid(Channel.WECHAT)
    number = await asked_back(till, order)
    facts = wechat.REFUND | {
        "out_trade_no": order.order_no,
        "out_refund_no": number,
        "refund_status": event,
        "amount": {"total": PRICE, "refund": 500, "payer_total": PRICE, "payer_refund": 500},
    }

    answer = await counter.tell(*wechat_notice(order, f"REFUND.{event}", **facts))

    assert answer.status_code == 200
    assert await till.db.fetchval("SELECT state FROM payment_refunds") == state
    assert await till.exceptions() == exceptions


async def test_a_refund_notice_of_alipay_is_no_second_payment_and_makes_the_poller_ask(till: Till) -> None:
    asked: list[dict[str, Any]] = []

    def answers(method: str, content: dict[str, Any]) -> dict[str, Any]:
        assert method == "alipay.trade.fastpay.refund.query"
        asked.append(content)
        return {
            "out_trade_no": content["out_trade_no"],
            "out_request_no": content["out_request_no"],
            "trade_no": alipay.NOTICE["trade_no"],
            "refund_status": "REFUND_SUCCESS",
            "refund_amount": "5.00",
            "total_amount": "120.00",
        }

    async with open_counter(till, alipay_answers=answers) as counter:
        order = await counter.paid(Channel.ALIPAY)
        number = await asked_back(till, order)
        await counter.poll()
        assert asked == []
        told = alipay_fields(order, **alipay.PARTIAL | {"out_biz_no": number, "notify_id": "refunded"})

        answer = await counter.tell(Channel.ALIPAY, alipay.notice(told))
        await counter.poll()
        again = await counter.tell(Channel.ALIPAY, alipay.notice(told | {"notify_id": "refunded-again"}))

        assert [each.content for each in (answer, again)] == [b"success", b"success"]
        assert [content["out_request_no"] for content in asked] == [number]
        assert (await till.order(order)).refunded_fen == 500
        assert await till.balances() == {"clearing:alipay": PRICE - 500, "receivable": 500 - PRICE}


async def test_a_refund_of_alipay_whose_answer_was_lost_is_found_by_asking(till: Till) -> None:
    """Asked for again under its number, Alipay says only that no (further) money moved."""

    def answers(method: str, content: dict[str, Any]) -> dict[str, Any]:
        if method == "alipay.trade.refund":
            return {"out_trade_no": content["out_trade_no"], "fund_change": "N", "refund_fee": "5.00"}
        found = {"out_trade_no": content["out_trade_no"], "out_request_no": content["out_request_no"]}
        return found | {"refund_status": "REFUND_SUCCESS", "refund_amount": "5.00", "total_amount": "120.00"}

    async with open_counter(till, alipay_answers=answers) as counter:
        order = await counter.paid(Channel.ALIPAY)
        await request_refund(till.db, till.keyring, order.subject_id, order.order_no, Fen(500), "退费", till.now)

        await counter.poll()

        assert (await till.order(order)).refunded_fen == 500


async def test_alipays_endings_are_told_from_payments(counter: Counter) -> None:
    """A year later FINISHED comes to the same address, and after a whole refund CLOSED."""
    till, order = counter.till, await counter.paid(Channel.ALIPAY)
    endings = [
        {"trade_status": "TRADE_FINISHED", "notify_id": "finished"},
        {"trade_status": "TRADE_FINISHED", "refund_fee": "0.00", "notify_id": "finished-too"},
        {"trade_status": "TRADE_CLOSED", "notify_id": "closed"},
    ]

    answers = [await counter.tell(Channel.ALIPAY, alipay.notice(alipay_fields(order, **each))) for each in endings]

    assert {answer.content for answer in answers} == {b"success"}
    assert (await till.order(order)).state == "paid"
    assert await till.balances() == {"clearing:alipay": PRICE, "receivable": -PRICE}


def unionpay_refund(number: str, **changes: str) -> bytes:
    return unionpay.notice(unionpay.REFUND | {"orderId": number} | changes)


async def test_a_refund_notice_of_unionpay_is_matched_by_the_refunds_number(counter: Counter) -> None:
    till, order = counter.till, await counter.paid(Channel.UNIONPAY)
    number = await asked_back(till, order)

    answer = await counter.tell(Channel.UNIONPAY, unionpay_refund(number))

    assert answer.status_code == 200
    assert (await till.order(order)).refunded_fen == 500
    assert await till.db.fetchval("SELECT provider_refund_id FROM payment_refunds") == unionpay.REFUND["queryId"]


async def test_a_refund_made_at_unionpays_own_desk_is_matched_by_the_payment(counter: Counter) -> None:
    till, order = counter.till, await counter.paid(Channel.UNIONPAY)

    answer = await counter.tell(Channel.UNIONPAY, unionpay_refund("DESK000000000001"))

    assert answer.status_code == 200
    assert (await till.order(order)).refunded_fen == 500
    assert await till.db.fetchval("SELECT cause FROM payment_refunds") == "external"


async def test_a_refund_notice_that_overtakes_its_payment_waits_for_it(counter: Counter) -> None:
    """UnionPay tells five times in twelve minutes and then never again: here it is kept."""
    till, order = counter.till, await counter.till.started(Channel.UNIONPAY)

    early = await counter.tell(Channel.UNIONPAY, unionpay_refund("DESK000000000001"))
    await counter.tell(*payment(order))
    till.clock.at += timedelta(minutes=1)
    await retry_waiting(till.db, till.keyring, till.now)

    assert early.status_code == 503
    assert (await till.order(order)).refunded_fen == 500


async def test_a_failed_refund_of_unionpay_is_listed(counter: Counter) -> None:
    till, order = counter.till, await counter.paid(Channel.UNIONPAY)
    number = await asked_back(till, order)

    await counter.tell(Channel.UNIONPAY, unionpay_refund(number, respCode="36", queryId=""))

    assert await till.exceptions() == ["refund_failed"]
    assert (await till.order(order)).reserved_fen == 0


def bad_wechat(body: bytes, **headers: str) -> tuple[Channel, bytes, dict[str, str]]:
    return Channel.WECHAT, body, wechat.signed(body) | headers


def bad_amount(total: object) -> bytes:
    return wechat.notice(wechat.TRANSACTION | {"amount": {"total": total, "currency": "CNY"}})


BAD = {
    "a nonce of the wrong length": lambda: bad_wechat(wechat.notice(wechat.TRANSACTION, resource={"nonce": "short"})),
    "ciphertext that is no base64": lambda: bad_wechat(
        wechat.notice(wechat.TRANSACTION, resource={"ciphertext": "%%%"})
    ),
    "a signature that is no base64": lambda: bad_wechat(b"{}", **{"Wechatpay-Signature": "%%%"}),
    "a float amount": lambda: bad_wechat(bad_amount(120.0)),
    "an amount as text": lambda: bad_wechat(bad_amount("12000")),
    "another merchant's payment": lambda: bad_wechat(wechat.notice(wechat.TRANSACTION | {"mchid": "1900000110"})),
    "another application's payment": lambda: bad_wechat(wechat.notice(wechat.TRANSACTION | {"appid": "wx0"})),
    "no JSON": lambda: bad_wechat(b"\xff\xfe"),
    "five minutes old": lambda: (Channel.WECHAT, b"{}", wechat.signed(b"{}", age_s=300)),
    "a key twice": lambda: (Channel.ALIPAY, alipay.notice() + b"&total_amount=0.01", {}),
    "GBK that claims to be UTF-8": lambda: (
        Channel.ALIPAY,
        f"charset=utf-8&subject={quote('居住证', encoding='gbk')}&sign=x".encode(),
        {},
    ),
    "an unknown charset": lambda: (Channel.ALIPAY, b"charset=utf-7&sign=x", {}),
    "a float too fine": lambda: (Channel.ALIPAY, alipay.notice({"total_amount": "120.001"}), {}),
    "another seller's trade": lambda: (Channel.ALIPAY, alipay.notice({"seller_id": "2088000000000009"}), {}),
    "another merchant's trade": lambda: (Channel.UNIONPAY, unionpay.notice({"merId": "777290058167152"}), {}),
    "somebody's own certificate": lambda: (
        Channel.UNIONPAY,
        unionpay.notice({"signPubKeyCert": certificate("somebody", 9, common_name=unionpay.NAME)}, signer="somebody"),
        {},
    ),
    "another currency": lambda: (Channel.UNIONPAY, unionpay.notice({"currencyCode": "840"}), {}),
    "nothing at all": lambda: (Channel.UNIONPAY, b"", {}),
}


@pytest.mark.parametrize("what", BAD)
async def test_bad_input_is_refused_counted_and_moves_nothing(counter: Counter, what: str) -> None:
    channel, body, headers = BAD[what]()

    answer = await counter.tell(channel, body, headers)

    assert answer.status_code == 400
    assert await counter.kept() == []
    assert [(told, count) for told, _, count in await counter.refused()] == [(channel, 1)]
    assert await counter.till.balances() == {}


async def test_a_gbk_notice_that_says_so_is_believed(counter: Counter) -> None:
    till, order = counter.till, await counter.till.started(Channel.ALIPAY)

    answer = await counter.tell(Channel.ALIPAY, alipay.notice(alipay_fields(order, charset="gbk")))

    assert answer.content == b"success"
    assert (await till.order(order)).state == "paid"
