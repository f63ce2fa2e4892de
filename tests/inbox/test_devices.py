"""退出其他设备: one tap signs a person out everywhere else."""

from contextlib import AsyncExitStack

from backend.core.db import Database
from notifications.subscriptions import subscribe
from tests.hall import Browser, Hall
from tests.notifications.town import a_subscription

HERE = "https://fcm.googleapis.com/fcm/send/here"
LOST = "https://fcm.googleapis.com/fcm/send/lost"


async def test_other_devices_are_signed_out_and_this_one_stays(hall: Hall, me: Browser, neighbour: Browser) -> None:
    async with AsyncExitStack() as devices:
        lost = [await devices.enter_async_context(await hall.resident(me.subject_id)) for _ in range(2)]
        offered = await me.get("/me")
        answer = await me.submit("/me/sign-out-others")
        after = await me.get("/me")
        statuses = [(await device.get("/me/notifications")).status_code for device in (*lost, me, neighbour)]

    assert "还有 2 台设备登录着" in offered.text.replace("\u00a0", " ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert "已退出其他 2 台设备" in after.text.replace("\u00a0", " ")
    assert "/me/sign-out-others" not in after.text
    assert statuses == [303, 303, 200, 200]


async def test_pushes_to_the_other_devices_end_too(hall: Hall, me: Browser, neighbour: Browser, db: Database) -> None:
    now = hall.resources.clock.now()
    async with db.transaction() as tx:
        for endpoint in (HERE, LOST):
            await subscribe(tx, me.subject_id, a_subscription(endpoint), now)
        await subscribe(tx, neighbour.subject_id, a_subscription(HERE + "-not"), now)

    await me.submit("/me/sign-out-others", push_endpoint=HERE)

    kept = await db.fetch("SELECT endpoint FROM push_subscriptions ORDER BY endpoint")
    assert [row["endpoint"] for row in kept] == [HERE, HERE + "-not"]
    assert await db.fetchval("SELECT count(*) FROM push_endpoints") == 2


async def test_without_script_no_device_of_the_person_keeps_its_pushes(hall: Hall, me: Browser, db: Database) -> None:
    async with db.transaction() as tx:
        await subscribe(tx, me.subject_id, a_subscription(HERE), hall.resources.clock.now())

    await me.submit("/me/sign-out-others", push_endpoint="")

    assert await db.fetchval("SELECT count(*) FROM push_subscriptions") == 0


async def test_nobody_else_can_sign_my_devices_out(hall: Hall, me: Browser) -> None:
    async with await hall.resident(me.subject_id) as other_device:
        answer = await me.post("/me/sign-out-others", data={"csrf_token": "wrong"})

        assert answer.status_code == 403
        assert (await other_device.get("/me/notifications")).status_code == 200
