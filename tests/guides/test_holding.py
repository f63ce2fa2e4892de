"""What the licences of a resident say about an item: now, too early, too late, under way, not at all."""

from datetime import date
from uuid import uuid4

import pytest

from backend.city.city import City
from backend.guides.holding import resident_view
from backend.licences.models import Licence, LicenceId, Status
from backend.licences.service import standing, window_opens_on
from pwa.views.guide import Tone

TODAY = date(2026, 11, 20)


def licence(
    city: City, kind: str, expires_on: date | None, *, filed: bool = False, status: Status = Status.VALID
) -> Licence:
    window = city.licence_type(kind).renewal_window
    opens = window_opens_on(window, expires_on, city) if expires_on else None
    return Licence(
        licence_id=LicenceId(uuid4()),
        licence_type=kind,
        number="1",
        identifier=None,
        version=None,
        issued_on=date(2020, 1, 1),
        valid_from=date(2020, 1, 1),
        expires_on=expires_on,
        status=status,
        standing=standing(status, expires_on, renewal_filed=filed, window_opens_on=opens, today=TODAY),
        renewal_filed_on=TODAY if filed else None,
        face={},
    )


def plain(text: str | None) -> str:
    return (text or "").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("kind", "expires_on", "tone", "lead", "detail"),
    [
        (
            "driving-licence",
            date(2027, 2, 3),
            Tone.OK,
            "您现在可以办。",
            "2027 年 2 月 3 日到期；规定：有效期满前九十日内。",
        ),
        ("driving-licence", date(2026, 11, 20), Tone.OK, "您现在可以办。", "11 月 20 日到期"),
        ("driving-licence", date(2027, 2, 18), Tone.OK, "您现在可以办。", "2 月 18 日到期"),
        ("driving-licence", date(2027, 2, 19), Tone.INFO, "还没到办理时间。", "11 月 21 日起可以办。"),
        ("driving-licence", date(2026, 11, 19), Tone.WARN, "您的证照已经过期。", "已于 11 月 19 日到期，请尽快办理。"),
        ("driving-licence", None, Tone.INFO, "您不用办。", "长期有效。"),
        ("nurse-licence", date(2027, 1, 10), Tone.OK, "您现在可以办。", "最迟 12 月 11 日。"),
        ("nurse-licence", date(2026, 12, 1), Tone.WARN, "申请期限已过。", "最迟应在 11 月 1 日申请"),
        ("nurse-licence", date(2029, 1, 10), Tone.INFO, "您的证照还在有效期内。", "2029 年 1 月 10 日到期。"),
    ],
)
def test_the_dates_of_the_licence_decide(
    city: City, kind: str, expires_on: date | None, tone: Tone, lead: str, detail: str
) -> None:
    item = city.renewing_item(kind)
    assert item is not None

    notice = resident_view(city, item, [licence(city, kind, expires_on)], TODAY, favourite=False).eligibility

    assert notice is not None
    assert notice.detail is not None
    assert (notice.tone, notice.lead.zh) == (tone, lead)
    assert detail in plain(notice.detail.zh)
    assert notice.detail.en


@pytest.mark.parametrize(
    ("filed", "status", "lead"),
    [
        (True, Status.VALID, "已经在办了。"),
        (False, Status.SUSPENDED, "您的证照目前暂扣。"),
        (False, Status.REVOKED, None),
    ],
)
def test_a_filed_renewal_and_the_status_come_before_the_dates(
    city: City, filed: bool, status: Status, lead: str | None
) -> None:
    item = city.renewing_item("driving-licence")
    assert item is not None
    mine = licence(city, "driving-licence", date(2027, 2, 3), filed=filed, status=status)

    notice = resident_view(city, item, [mine], TODAY, favourite=False).eligibility

    assert (notice.lead.zh if notice else None) == lead


def test_only_licences_in_force_spare_a_paper(city: City) -> None:
    item = city.renewing_item("driving-licence")
    assert item is not None
    wallet = [
        licence(city, "resident-identity-card", date(2026, 11, 19)),
        licence(city, "passport", date(2030, 1, 1)),
        licence(city, "driving-licence", None, status=Status.REVOKED),
    ]

    assert resident_view(city, item, wallet, TODAY, favourite=False).held == {"passport"}


def test_an_item_that_renews_nothing_of_mine_says_nothing_about_me(city: City) -> None:
    item = city.renewing_item("passport")
    assert item is not None

    said = resident_view(city, item, [licence(city, "driving-licence", date(2027, 2, 3))], TODAY, favourite=True)

    assert (said.eligibility, said.window, said.remind_path, said.favourite) == (None, None, None, True)


def test_every_type_that_an_item_renews_can_be_spoken_of(city: City) -> None:
    for kind in city.licence_types.values():
        item = city.renewing_item(kind.code)
        for ends in (None, date(2026, 11, 1), date(2026, 12, 1), date(2027, 6, 1), date(2035, 1, 1)):
            if item is not None:
                said = resident_view(city, item, [licence(city, kind.code, ends)], TODAY, favourite=False)
                assert said.eligibility is not None, (kind.code, ends)
                assert said.held == {kind.code} if ends != date(2026, 11, 1) else not said.held
