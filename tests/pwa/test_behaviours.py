"""What scripts add, and that nothing is lost without them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = {"width": 390, "height": 844}


@pytest_asyncio.fixture(loop_scope="session")
async def page(chrome: Browser) -> AsyncIterator[Page]:
    context = await chrome.new_context(viewport=PHONE, service_workers="block")
    yield await context.new_page()
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def plain(chrome: Browser) -> AsyncIterator[Page]:
    """A browser with scripts turned off."""
    context = await chrome.new_context(viewport=PHONE, java_script_enabled=False)
    yield await context.new_page()
    await context.close()


async def test_without_scripts_the_menu_opens_and_its_forms_post(plain: Page, address: str) -> None:
    await plain.goto(f"{address}/screen/home")

    await plain.get_by_label("更多操作：居住证签注").click()
    async with plain.expect_request("**/messages/019aa001/stop") as asked:
        await plain.get_by_role("button", name="不再提醒").first.click()

    request = await asked.value
    assert request.method == "POST"
    assert "csrf_token=example-token" in (request.post_data or "")


async def test_without_scripts_a_search_is_a_link_to_results(plain: Page, address: str) -> None:
    await plain.goto(f"{address}/screen/home")

    await plain.get_by_role("searchbox").fill("驾照")
    await plain.get_by_role("searchbox").press("Enter")

    assert plain.url == f"{address}/services?q=%E9%A9%BE%E7%85%A7"


async def test_without_scripts_the_push_page_says_what_remains(plain: Page, address: str) -> None:
    await plain.goto(f"{address}/screen/push")

    await expect(plain.get_by_text("要打开推送，需要浏览器开启脚本")).to_be_visible()
    await expect(plain.get_by_role("button", name="打开推送")).to_be_hidden()


async def test_without_scripts_nothing_is_offered_that_needs_one(plain: Page, address: str) -> None:
    await plain.goto(f"{address}/screen/wallet?mode=elder")

    await expect(plain.get_by_role("button", name="读给我听")).to_be_hidden()


async def test_typing_replaces_the_results_in_place(page: Page, address: str) -> None:
    await page.goto(f"{address}/screen/services")

    await page.get_by_role("searchbox").press_sequentially("驾照", delay=20)

    await expect(page.get_by_text("一件事一次办")).to_be_visible()
    await expect(page).to_have_url(f"{address}/services?q=%E9%A9%BE%E7%85%A7")


async def test_a_menu_closes_by_escape_and_by_a_tap_elsewhere(page: Page, address: str) -> None:
    await page.goto(f"{address}/screen/home")
    why = page.get_by_role("link", name="为什么看到").first

    await page.get_by_label("更多操作：居住证签注").click()
    await expect(why).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(why).to_be_hidden()

    await page.get_by_label("更多操作：居住证签注").click()
    await page.get_by_role("heading", name="常用服务").click()
    await expect(why).to_be_hidden()


async def test_a_form_is_sent_once(page: Page, address: str) -> None:
    sent: list[str] = []

    async def hold(route: Route) -> None:
        sent.append(route.request.url)  # never answered: the page stays

    await page.route("**/me/quiet-hours", hold)
    await page.goto(f"{address}/screen/notifications")

    said = await page.evaluate(
        """() => {
          const save = document.querySelector('[data-busy]');
          save.click();
          save.click();
          return save.innerText;
        }"""
    )
    async with asyncio.timeout(30):
        while not sent:  # noqa: ASYNC110 - the browser asks when it likes
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)

    assert said == "正在保存"
    assert len(sent) == 1


async def test_going_offline_is_said(page: Page, address: str) -> None:
    await page.goto(f"{address}/screen/home")
    said = page.get_by_text("没有网络，看到的可能不是最新内容")
    await expect(said).to_be_hidden()

    await page.context.set_offline(True)
    await expect(said).to_be_visible()

    await page.context.set_offline(False)
    await expect(said).to_be_hidden()


async def test_a_refused_form_takes_the_focus_to_its_faults(page: Page, address: str) -> None:
    await page.goto(f"{address}/screen/notifications-refused")

    await expect(page.get_by_role("alert")).to_be_focused()
    await page.get_by_role("link", name="结束时间要与开始时间不同").click()
    await expect(page.get_by_label("到", exact=True)).to_be_focused()


async def test_push_is_asked_for_only_after_a_tap_and_handed_to_the_server(chrome: Browser, address: str) -> None:
    context = await chrome.new_context(viewport=PHONE)
    await context.add_init_script(
        """
        window.asked = 0;
        let subscription = null;
        Object.defineProperty(Notification, 'permission', {get: () => window.asked ? 'granted' : 'default'});
        Notification.requestPermission = async () => { window.asked += 1; return 'granted'; };
        PushManager.prototype.getSubscription = async () => subscription;
        PushManager.prototype.subscribe = async options => {
          window.key = [...options.applicationServerKey];
          subscription = {endpoint: 'https://push.example/1', toJSON: () => ({endpoint: 'https://push.example/1'}),
                          unsubscribe: async () => { subscription = null; return true; }};
          return subscription;
        };
        """
    )
    page = await context.new_page()
    stored: list[tuple[str, str | None, str | None]] = []

    async def store(route: Route) -> None:
        request = route.request
        stored.append((request.method, request.post_data, request.headers.get("x-csrf-token")))
        await route.fulfill(status=201)

    async def tell_key(route: Route) -> None:
        await route.fulfill(json={"key": "AQID"})

    await page.route("**/api/push/subscriptions", store)
    await page.route("**/api/push/key", tell_key)
    await page.goto(f"{address}/screen/push")
    turn_on = page.get_by_role("button", name="打开推送")

    await expect(turn_on).to_be_visible()
    assert await page.evaluate("window.asked") == 0
    await turn_on.click()
    await expect(page.get_by_text("这台设备已打开推送")).to_be_visible()
    await page.get_by_role("button", name="关闭这台设备的推送").click()
    await expect(turn_on).to_be_visible()

    body = '{"endpoint":"https://push.example/1"}'
    assert await page.evaluate("window.key") == [1, 2, 3]
    assert stored == [("POST", body, "example-token"), ("DELETE", body, "example-token")]
    await context.close()


async def test_a_push_that_the_server_refuses_is_not_shown_as_on(chrome: Browser, address: str) -> None:
    context = await chrome.new_context(viewport=PHONE)
    await context.add_init_script(
        """
        Object.defineProperty(Notification, 'permission', {get: () => 'granted'});
        let subscription = {endpoint: 'https://push.example/1', toJSON: () => ({}),
                            unsubscribe: async () => { subscription = null; return true; }};
        PushManager.prototype.getSubscription = async () => subscription;
        """
    )
    page = await context.new_page()

    async def refuse(route: Route) -> None:
        await route.fulfill(status=400)

    await page.route("**/api/push/subscriptions", refuse)
    await page.goto(f"{address}/screen/push")

    await expect(page.get_by_text("没有打开成功")).to_be_visible()
    assert await page.evaluate("async () => await PushManager.prototype.getSubscription() === null")
    await context.close()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("Object.defineProperty(Notification, 'permission', {get: () => 'denied'});", "这台设备之前选了“不允许”。"),
        ("delete window.PushManager;", "这个浏览器收不了推送。"),
    ],
)
async def test_the_push_page_says_why_it_cannot(chrome: Browser, address: str, script: str, said: str) -> None:
    context = await chrome.new_context(viewport=PHONE)
    await context.add_init_script(script)
    page = await context.new_page()

    await page.goto(f"{address}/screen/push")

    await expect(page.get_by_text(said)).to_be_visible()
    await context.close()


async def test_on_an_iphone_the_push_page_leads_to_the_home_screen(chrome: Browser, address: str) -> None:
    context = await chrome.new_context(
        viewport=PHONE, user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)"
    )
    await context.add_init_script("delete window.PushManager;")
    page = await context.new_page()

    await page.goto(f"{address}/screen/push")

    await expect(page.get_by_role("link", name="怎么放到桌面")).to_be_visible()
    await context.close()
