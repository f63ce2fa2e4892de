"""Notices by the published schedule."""

import asyncio

from tests.sandbox.gateways.unionpay.hall import ORDER, Hall


async def test_five_sends_in_twelve_minutes_and_no_more(hall: Hall) -> None:
    merchant = hall.town.merchant
    merchant.answers = [(500, b""), (204, b""), (302, b""), (404, b"")]
    merchant.usual = (503, b"")
    await hall.paid()
    for count, gap in enumerate((60, 120, 240, 300), 1):
        await hall.town.has_sent(count, ORDER)
        hall.town.by_schedule(gap - 20)
        await asyncio.sleep(0.1)
        assert len(merchant.deliveries) == count
        hall.town.by_schedule(20)
    await hall.town.has_sent(5, ORDER)
    hall.town.later(days=1)
    await asyncio.sleep(0.1)

    assert len(merchant.deliveries) == 5
    assert len({(await hall.told(count)).event_key for count in range(1, 6)}) == 1
