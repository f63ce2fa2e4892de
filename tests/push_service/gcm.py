"""The two HTTP doors of Google's push service that Chromium knocks at: checkin and register3."""

import itertools
import secrets
import time

from aiohttp import web

from tests.push_service.protobuf import Fixed64, encode
from tests.push_service.registry import GOOGLE, Registry


class Gcm:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._device_ids = itertools.count(secrets.randbits(40))

    async def checkin(self, _request: web.Request) -> web.Response:
        """Gives the browser its identity: `android_id` (7) and `security_token` (8)."""
        reply = encode(
            (1, 1),
            (3, int(time.time() * 1000)),
            (7, Fixed64(next(self._device_ids))),
            (8, Fixed64(secrets.randbits(40) + 1)),
            (11, "1"),
        )
        return web.Response(body=reply, content_type="application/x-protobuf")

    async def register(self, request: web.Request) -> web.Response:
        """A form post makes a subscription, or ends one when it carries `delete`."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        channel = form.get("X-subtype", "")
        if form.get("delete") == "true":
            self._registry.unsubscribe(form["device"], channel)
            return web.Response(text=f"token={form['app']}")
        subscription = self._registry.subscribe(
            form["device"],
            origins=GOOGLE,
            folder="fcm/send",
            key=form["sender"],
            channel=channel,
            category=form["app"],
        )
        return web.Response(text=f"token={subscription.token}")
