"""缴费 on the screen: bill, channel, provider, result; the result is what the provider says, never the way back."""

import html
import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from backend.payments import pages, routes
from backend.payments.channels import note_failure
from backend.payments.models import Channel
from backend.payments.money import Fen
from backend.payments.orders import start_payment
from backend.payments.providers.errors import ProviderRefused, ProviderUnavailable
from backend.payments.providers.protocol import Creation, NewOrder
from backend.payments.refunds import request_refund
from tests.hall import ORIGIN, Browser, Hall
from tests.payments.till import PRICE, Till, given_back, told


@pytest.fixture
def hall(till: Till) -> Hall:
    return Hall(
        [*pages.HANDLERS, *routes.HANDLERS],
        db=till.db,
        redis=till.redis,
        clock=till.clock,
        keyring=till.keyring,
        city=till.city,
        providers=till.providers,
    )


def key_in(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def words(page: str) -> str:
    """What is read, without tags, with plain spaces."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


async def test_from_the_bill_to_the_result(till: Till, hall: Hall) -> None:
    owner, bill_id = await till.bill()
    async with await hall.resident(owner) as browser:
        assert f"/bills/{bill_id}" in (await browser.get("/bills")).text
        bill = (await browser.get(f"/bills/{bill_id}")).text
        assert "120.00" in bill
        assert "发改价格规〔2019〕914号" in bill
        paying = await browser.submit(f"/bills/{bill_id}/pay", channel="wechat", key=key_in(bill))
        assert paying.status_code == 303
        leaving = await browser.get(paying.headers["location"])
        assert re.search(r'href="https://pay.example/[^"]+" data-behaviour="go-on"', leaving.text)
        assert leaving.headers.get_list("referrer-policy") == ["origin"]
        result_path = paying.headers["location"].removesuffix("/go")

        checking = await browser.get(result_path)
        order_no = result_path.rsplit("/", 1)[1]
        till.providers[Channel.WECHAT].orders[order_no] = told(Channel.WECHAT, order_no)
        await till.redis.flushall()  # the pause between two questions
        async with await hall.resident(owner) as later:
            paid = await later.get(result_path)
            again = await later.get(f"/bills/{bill_id}")

    assert "正在核实" in checking.text
    assert checking.headers["refresh"] == "4"
    assert "缴费成功" in paid.text
    assert "2026-11-20 10:00:00" in paid.text
    assert "refresh" not in paid.headers
    assert again.headers["location"] == result_path


async def test_two_taps_are_one_payment(till: Till, hall: Hall) -> None:
    owner, bill_id = await till.bill()
    async with await hall.resident(owner) as browser:
        key = key_in((await browser.get(f"/bills/{bill_id}")).text)
        taps = [await browser.submit(f"/bills/{bill_id}/pay", channel="wechat", key=key) for _ in range(2)]

    assert taps[0].headers["location"] == taps[1].headers["location"]
    assert await till.db.fetchval("SELECT count(*) FROM payment_orders") == 1


async def test_a_failing_channel_is_hidden_and_said_so(till: Till, hall: Hall) -> None:
    owner, bill_id = await till.bill()
    for _ in range(3):
        await note_failure(till.redis, Channel.ALIPAY)
    async with await hall.resident(owner) as browser:
        bill = (await browser.get(f"/bills/{bill_id}")).text

    assert 'value="wechat"' in bill
    assert 'value="alipay"' not in bill
    assert "支付宝暂时不可用" in bill


@pytest.mark.parametrize("what", ["silent", "refusing"])
async def test_a_channel_that_fails_leads_back_to_choose_another(till: Till, hall: Hall, what: str) -> None:
    class Failing(type(till.providers[Channel.WECHAT])):  # type: ignore[misc]
        async def create(self, order: NewOrder, now: datetime) -> Creation:
            raise ProviderUnavailable if what == "silent" else ProviderRefused("NO_AUTH")

    till.providers[Channel.WECHAT] = Failing(Channel.WECHAT)
    owner, bill_id = await till.bill()
    async with await hall.resident(owner) as browser:
        paying = await browser.submit(f"/bills/{bill_id}/pay", channel="wechat", key="k")
        bill = (await browser.get(paying.headers["location"])).text
        fresh = (await browser.get(f"/bills/{bill_id}")).text

    assert (paying.status_code, paying.headers["location"]) == (303, f"/bills/{bill_id}?failed=wechat")
    assert 'value="wechat"' not in bill
    assert "微信支付暂时不可用" in bill
    assert 'value="alipay"' in bill
    assert 'value="wechat"' in fresh, "one failure hides it from nobody else"


async def test_when_every_channel_fails_each_is_named(till: Till, hall: Hall) -> None:
    owner, bill_id = await till.bill()
    for channel in Channel:
        for _ in range(3):
            await note_failure(till.redis, channel)
    async with await hall.resident(owner) as browser:
        bill = (await browser.get(f"/bills/{bill_id}")).text

    assert all(f"{name}暂时不可用" in bill for name in ("微信支付", "支付宝", "云闪付"))
    assert "现在没有可用的支付方式" in bill
    assert "去支付" not in bill


async def test_a_bill_that_was_paid_meanwhile_leads_to_its_result(till: Till, hall: Hall) -> None:
    owner, bill_id = await till.bill()
    order = await till.start(owner, bill_id)
    await till.pay(order)
    async with await hall.resident(owner) as browser:
        paying = await browser.submit(f"/bills/{bill_id}/pay", channel="wechat", key="k")
        bill = await browser.get(paying.headers["location"])

    assert bill.headers["location"] == f"/payments/{order.order_no}"


async def test_a_provider_that_wants_a_form_gets_one_and_only_there(till: Till, hall: Hall) -> None:
    class Gateway(type(till.providers[Channel.UNIONPAY])):  # type: ignore[misc]
        async def create(self, order: NewOrder, now: object) -> Creation:
            form = {"orderId": order.order_no}
            return Creation(url="https://gateway.example/pay.do", form=form, expires_at=order.expires_at)

    till.providers[Channel.UNIONPAY] = Gateway(Channel.UNIONPAY)
    owner, bill_id = await till.bill()
    wish = till.wish(owner, bill_id, Channel.UNIONPAY)
    attempt = await start_payment(till.db, till.redis, till.keyring, till.providers, wish, till.now)
    async with await hall.resident(owner) as browser:
        leaving = await browser.get(f"/payments/{attempt.order.order_no}/go")

    assert "form-action https://gateway.example;" in leaving.headers["content-security-policy"]
    assert f'name="orderId" value="{attempt.order.order_no}"' in leaving.text
    assert "refresh" not in leaving.headers


FROM_ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Origin": "https://gateway.example"}


async def test_the_way_back_takes_the_form_of_another_site_and_believes_nothing_of_it(till: Till, hall: Hall) -> None:
    order = await till.started()
    result_path, told = f"/payments/{order.order_no}", {"orderId": order.order_no, "respCode": "00"}
    async with hall.browser() as without_session:
        back = await without_session.post(f"{result_path}/back", data=told, headers=FROM_ELSEWHERE)
    async with await hall.resident(order.subject_id) as browser:
        result = await browser.get(back.headers["location"], headers=FROM_ELSEWHERE)

    assert (back.status_code, back.headers["location"]) == (303, result_path)
    assert "set-cookie" not in back.headers
    assert "正在核实" in result.text


async def test_the_way_back_takes_a_link_too_and_leads_nowhere_else(till: Till, hall: Hall) -> None:
    async with hall.browser() as browser:
        linked = await browser.get("/payments/PAY00000001/back?out_trade_no=other", headers=FROM_ELSEWHERE)
        strange = await browser.get("/payments/%5C%0Aevil.example/back")

    assert (linked.status_code, linked.headers["location"]) == (303, "/payments/PAY00000001")
    assert strange.headers.get("location", "/payments/").startswith("/payments/")


async def test_providers_are_given_the_way_back(till: Till, hall: Hall) -> None:
    given = []

    class Gateway(type(till.providers[Channel.UNIONPAY])):  # type: ignore[misc]
        async def create(self, order: NewOrder, now: object) -> Creation:
            given.append((order.order_no, order.return_url))
            return Creation(url="https://gateway.example/pay.do", form={}, expires_at=order.expires_at)

    till.providers[Channel.UNIONPAY] = Gateway(Channel.UNIONPAY)
    owner, bill_id = await till.bill()
    async with await hall.resident(owner) as browser:
        await browser.submit(f"/bills/{bill_id}/pay", channel="unionpay", key="k")

    [(order_no, return_url)] = given
    assert return_url == f"{ORIGIN}/payments/{order_no}/back"


async def test_what_is_somebody_elses_is_not_found(till: Till, hall: Hall) -> None:
    order = await till.started()
    async with await hall.resident(uuid4()) as stranger:
        answers = [
            await stranger.get(f"/bills/{order.bill_id}"),
            await stranger.get(f"/payments/{order.order_no}"),
            await stranger.get(f"/payments/{order.order_no}/go"),
            await stranger.get(f"/api/payments/{order.order_no}"),
            await stranger.submit(f"/bills/{order.bill_id}/pay", channel="wechat", key="k"),
        ]

    assert {answer.status_code for answer in answers} == {404}


async def test_the_api_lists_ones_own_bills(till: Till, hall: Hall) -> None:
    owner, bill_id = await till.bill()
    await till.pay(await till.start(*await till.bill(owner)))
    await till.bill(await till.resident(2))
    async with await hall.resident(owner) as browser:
        told = (await browser.get("/api/bills")).json()

    assert [(bill["state"], bill["amount_fen"]) for bill in told] == [("open", PRICE), ("settled", PRICE)]
    assert told[0]["bill_id"] == str(bill_id)
    assert told[0]["title"] == {"zh": "普通护照", "en": "Ordinary passport fee"}
    assert (told[0]["paid_by"], bool(told[1]["paid_by"])) == (None, True)


async def test_the_result_shows_what_went_back_and_what_is_on_its_way(till: Till, hall: Hall) -> None:
    order = await till.started()
    await till.pay(order)
    for amount in (500, 700):
        await request_refund(till.db, till.keyring, order.subject_id, order.order_no, Fen(amount), "多收退费", till.now)
    done = await till.db.fetchval("SELECT refund_no FROM payment_refunds WHERE amount_fen = 500")
    await till.apply(given_back(order, done, 500))
    async with await hall.resident(order.subject_id) as browser:
        result = words((await browser.get(f"/payments/{order.order_no}")).text)

    assert "缴费成功" in result
    assert "已原路退回 多收退费 ¥ 5.00" in result
    assert "退款处理中 多收退费 ¥ 7.00" in result


async def test_a_second_payment_is_shown_as_going_back(till: Till, hall: Hall) -> None:
    owner, bill_id = await till.bill()
    first, second = [await till.start(owner, bill_id, channel) for channel in (Channel.WECHAT, Channel.ALIPAY)]
    await till.pay(first)
    await till.pay(second)
    async with await hall.resident(owner) as browser:
        result = words((await browser.get(f"/payments/{second.order_no}")).text)

    assert "正在退款" in result
    assert "退款处理中 不应缴的款项 ¥ 120.00" in result


async def test_a_way_to_the_provider_that_has_ended_leads_back_to_the_bill(till: Till, hall: Hall) -> None:
    """WeChat Pay's address lives five minutes, the order half an hour."""

    class Gateway(type(till.providers[Channel.WECHAT])):  # type: ignore[misc]
        async def create(self, order: NewOrder, now: datetime) -> Creation:
            return Creation(url="https://pay.example/1", expires_at=now + timedelta(minutes=5))

    till.providers[Channel.WECHAT] = Gateway(Channel.WECHAT)
    order = await till.started()
    async with await hall.resident(order.subject_id) as browser:
        early = await browser.get(f"/payments/{order.order_no}")
        till.clock.at += timedelta(minutes=5)
        gone = await browser.get(f"/payments/{order.order_no}/go")
        late = await browser.get(f"/payments/{order.order_no}")

    assert f'href="/payments/{order.order_no}/go"' in early.text
    assert "重新选择支付方式" not in early.text
    assert gone.headers["location"] == f"/payments/{order.order_no}"
    assert f'href="/bills/{order.bill_id}"' in late.text
    assert "/go" not in late.text


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://gateway.95516.com/gateway/api/frontTransReq.do", "https://gateway.95516.com https://*.95516.com;"),
        ("https://gateway.example/pay.do", "https://gateway.example;"),
        ("http://localhost:8004/front", "http://localhost:8004;"),
        ("http://192.0.2.1/front", "http://192.0.2.1;"),
    ],
)
async def test_a_form_may_go_to_the_provider_and_its_cashier_only(
    till: Till, hall: Hall, url: str, target: str
) -> None:
    class Gateway(type(till.providers[Channel.UNIONPAY])):  # type: ignore[misc]
        async def create(self, order: NewOrder, now: object) -> Creation:
            return Creation(url=url, form={"orderId": order.order_no}, expires_at=order.expires_at)

    till.providers[Channel.UNIONPAY] = Gateway(Channel.UNIONPAY)
    order = await till.started(Channel.UNIONPAY)
    async with await hall.resident(order.subject_id) as browser:
        leaving = await browser.get(f"/payments/{order.order_no}/go")

    assert f"form-action {target}" in leaving.headers["content-security-policy"]


async def json_pay(browser: Browser, bill_id: object, channel: str, key: str | None) -> int:
    headers = {"X-CSRF-Token": browser.csrf_token} | ({} if key is None else {"Idempotency-Key": key})
    answer = await browser.post(f"/api/bills/{bill_id}/payments", json={"channel": channel}, headers=headers)
    return answer.status_code


async def test_the_api_wants_a_key_and_keeps_it_to_one_wish(till: Till, hall: Hall) -> None:
    owner, bill_id = await till.bill()
    async with await hall.resident(owner) as browser:
        assert await json_pay(browser, bill_id, "wechat", None) == 400
        assert await json_pay(browser, bill_id, "wechat", "k1") == 201
        assert await json_pay(browser, bill_id, "wechat", "k1") == 201
        assert await json_pay(browser, bill_id, "alipay", "k1") == 422
        assert await json_pay(browser, bill_id, "cash", "k2") == 400

    assert await till.db.fetchval("SELECT count(*) FROM payment_orders") == 1
