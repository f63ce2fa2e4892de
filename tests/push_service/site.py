"""The smallest site that can subscribe and be pushed to: a page, a service worker, a place to land."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

PAGE = """<!doctype html><meta charset="utf-8"><title>push</title><script>
async function subscribe(key) {
  await navigator.serviceWorker.register("/sw.js");
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({userVisibleOnly: true, applicationServerKey: key});
  return subscription.toJSON();
}
async function unsubscribe() {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.pushManager.getSubscription()).unsubscribe();
}
</script>"""

WORKER = """
addEventListener("install", () => skipWaiting());
addEventListener("push", event => {
  const {title, body, tag, navigate} = event.data.json().notification;
  event.waitUntil(registration.showNotification(title, {body, tag, data: {url: navigate}}));
});
addEventListener("notificationclick", event => {
  event.notification.close();
  event.waitUntil((async () => {
    const [open] = await clients.matchAll({type: "window"});  // a page loaded before the worker is not its client
    if (!open) return clients.openWindow(event.notification.data.url);
    await open.focus();
    return open.navigate(event.notification.data.url);
  })());
});
"""


@asynccontextmanager
async def serve_site() -> AsyncIterator[str]:
    """The site's origin, on `localhost` because browsers give service workers to secure contexts only."""

    def answer(text: str, content_type: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(_request: web.Request) -> web.Response:
            return web.Response(text=text, content_type=content_type)

        return handle

    app = web.Application()
    app.router.add_get("/", answer(PAGE, "text/html"))
    app.router.add_get("/sw.js", answer(WORKER, "text/javascript"))
    app.router.add_get("/guide", answer("<!doctype html><title>guide</title>", "text/html"))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
