"""Notices by the published schedule."""

import asyncio

from tests.sandbox.gateways.alipay.hall import ORDER, REFUND, Hall, fields_of


async def test_notices_come_again_by_the_schedule_newly_signed_until_the_seven_bytes(hall: Hall) -> None:
    merchant = hall.town.merchant
    merchant.answers = [(500, b""), (200, b"SUCCESS"), (200, b"success\n"), (302, b"success")]
    await hall.paid()

    for count, gap in enumerate((240, 600, 600, 3600), 1):
        await hall.town.has_sent(count, ORDER)
        hall.town.by_schedule(gap - 60)
        await asyncio.sleep(0.1)
        assert len(merchant.deliveries) == count
        hall.town.by_schedule(60)
    await hall.town.has_sent(5, ORDER)
    hall.town.later(days=2)
    await asyncio.sleep(0.1)
    sent = [fields_of(each.body) for each in merchant.deliveries]

    assert len(sent) == 5
    assert len({each["notify_id"] for each in sent}) == 1
    assert sent[0]["notify_time"] != sent[-1]["notify_time"]
    assert len({(await hall.told(count)).event_key for count in range(1, 6)}) == 1


async def test_after_eight_sends_alipay_gives_up(hall: Hall) -> None:
    hall.town.merchant.usual = (503, b"")
    await hall.paid()
    for count in range(1, 9):
        await hall.town.has_sent(count, ORDER)
        hall.town.later(days=1)
    await hall.refund(500)  # told after everything that was due
    await hall.town.merchant.waits_for(9)

    assert fields_of(hall.town.merchant.deliveries[8].body)["out_biz_no"] == REFUND
