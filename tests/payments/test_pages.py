"""缴费 on the screen: bill, channel, provider, result; the result is what the provider says, never the way back."""

import re
from uuid import uuid4

import pytest

from backend.payments import pages, routes
from backend.payments.channels import note_failure
from backend.payments.models import Channel
from backend.payments.orders import start_payment
from backend.payments.providers.protocol import Creation, NewOrder
from tests.hall import ORIGIN, Browser, Hall
from tests.payments.till import Till, told


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


def key_in(html: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', html)
    assert found is not None
    return found[1]


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
        assert leaving.headers["refresh"].startswith("0; url=https://pay.example/")
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
