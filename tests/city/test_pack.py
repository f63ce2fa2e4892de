"""Reading packs: Shanghai as it is in the repository, and packs that cannot be read."""

import re
from pathlib import Path

import pytest

from backend.city.city import City
from backend.city.errors import FaultyPack
from backend.city.items import Item
from backend.city.models import NATIONAL, Confidence, Page
from backend.city.pack import SHANGHAI, Pack, assemble, entries_of, read_pack
from backend.city.questions import path_of, referral_of
from backend.city.service import city_of
from backend.city.situations import situations
from tests.city.small_pack import ITEMS, RENEWAL, put, small_pack, spoiled, written

ENDORSEMENT = "312000194000"

MOST_USED = [
    "CN-identity-card-first",
    "CN-identity-card-renewal",
    "CN-identity-card-replacement",
    "CN-temporary-identity-card",
    "SH-residence-registration",
    "SH-residence-permit",
    "312000194000",
    "CN-birth-registration",
    "CN-household-move-in",
    "CN-household-move-out",
    "CN-driving-licence-first",
    "CN-driving-licence-renewal",
    "CN-driving-licence-replacement",
    "CN-vehicle-inspection-mark",
    "CN-vehicle-registration",
    "CN-vehicle-transfer",
    "CN-traffic-fine",
    "CN-passport-first",
    "CN-passport-renewal",
    "CN-hong-kong-macao-permit-renewal",
    "CN-taiwan-travel-permit",
    "SH-social-security-card",
    "CN-employer-social-insurance",
    "312000202000-01",
    "CN-pension-claim",
    "CN-pension-transfer",
    "310500212001",
    "CN-housing-fund-withdrawal",
    "CN-housing-fund-retirement",
    "CN-housing-fund-home-purchase",
    "CN-real-estate-registration",
    "SH-medical-care-elsewhere",
    "SH-medical-reimbursement",
    "SH-maternity-insurance",
    "312000361000",
    "CN-marriage-registration",
    "CN-divorce-registration",
    "CN-birth-certificate",
    "SH-compulsory-education",
    "SH-compulsory-education-newcomers",
    "SH-senior-citizen-card",
    "SH-old-age-allowance",
    "SH-disability-certificate",
    "CN-business-registration",
    "CN-food-business-licence",
]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack(SHANGHAI)


@pytest.fixture(scope="module")
def shanghai(pack: Pack) -> City:
    return city_of(pack)


def test_a_pack_taken_apart_and_put_together_is_the_same(pack: Pack) -> None:
    assert assemble(entries_of(pack)) == pack


def test_a_pack_with_an_entry_that_cannot_be_decoded_is_refused(tmp_path: Path) -> None:
    files = small_pack()
    spoiled(files, ITEMS, RENEWAL, put(colour="red"))

    with pytest.raises(FaultyPack):
        read_pack(written(files, tmp_path))


def test_every_entry_belongs_to_the_city_or_the_nation(pack: Pack) -> None:
    regions = {getattr(value, "region", NATIONAL) for _, _, value in entries_of(pack)}

    assert regions <= {pack.profile.region, NATIONAL}


def test_every_item_has_a_title_in_both_languages(pack: Pack) -> None:
    assert [code for code, item in pack.items.items() if not item.title.en] == []


def test_every_fee_says_in_english_that_it_is_one_and_not_the_document(shanghai: City) -> None:
    money = re.compile(r"\b(fee|fine|surcharge|tax|contribution)\b", re.IGNORECASE)

    assert [fee.code for fee in shanghai.fees.values() if not money.search(fee.name.en or "")] == []


def test_every_shortcut_to_an_item_leads_to_one_with_a_summary(shanghai: City) -> None:
    items = [shanghai.item(tile.item) for tile in (*shanghai.tiles, *shanghai.elder_tiles) if tile.item]

    assert [item.code for item in items if item.summary is None] == []
    assert shanghai.tiles[-1].page is Page.SERVICES


def test_every_licence_that_can_be_renewed_in_a_window_is_reminded_before_the_window_closes(shanghai: City) -> None:
    late = [
        kind.code
        for kind in shanghai.licence_types.values()
        if kind.renewal_window and kind.renewal_window.close_before and kind.renewing_item
        if kind.reminder_rungs[0] <= kind.renewal_window.close_before
    ]

    assert late == []


def test_no_reminder_comes_before_the_window_of_a_residence_permit_opens(shanghai: City) -> None:
    assert shanghai.licence_type("residence-permit").reminder_rungs == (15, 7, 1, -1)


@pytest.mark.parametrize(
    ("licence_type", "item"),
    [
        ("resident-identity-card", "CN-identity-card-renewal"),
        ("driving-licence", "CN-driving-licence-renewal"),
        ("passport", "CN-passport-renewal"),
        ("hong-kong-macao-permit", "CN-hong-kong-macao-permit-renewal"),
        ("residence-permit", ENDORSEMENT),
    ],
)
def test_the_licences_most_people_hold_lead_to_a_guide_that_helps(shanghai: City, licence_type: str, item: str) -> None:
    guide = shanghai.renewing_item(licence_type)

    assert guide is not None
    assert guide.code == item
    assert guide.result == licence_type
    assert guide.conditions
    assert shanghai.fees_of(guide)


def test_an_endorsement_of_a_residence_permit_is_free_by_law(shanghai: City) -> None:
    (fee,) = shanghai.fees_of(shanghai.item(ENDORSEMENT))

    assert fee.amount_fen == 0
    assert fee.legal_basis


def test_a_proof_without_a_renewing_item_has_none(shanghai: City) -> None:
    assert shanghai.renewing_item("household-proof") is None


def test_an_item_is_online_when_it_is_accepted_there(shanghai: City) -> None:
    assert shanghai.item("CN-driving-licence-renewal").online
    assert not shanghai.item("SH-senior-citizen-card").online
    assert isinstance(shanghai.item("SH-senior-citizen-card"), Item)


def test_the_items_residents_use_most_carry_complete_guides(pack: Pack) -> None:
    for code in MOST_USED:
        item = pack.items[code]
        assert all((item.conditions, item.steps, item.faq)), code
        texts = [item.title, *item.conditions, *(part.name for part in item.materials), *(s.title for s in item.steps)]
        assert all(text.en for text in texts), code
        assert item.legal_basis or item.confidence is not Confidence.RECALL, code
        assert item.last_checked_on is not None, code


def test_every_situation_of_a_guide_with_materials_has_its_list(pack: Pack) -> None:
    asked = [item for item in pack.items.values() if item.questions and item.materials]

    assert len(asked) >= 25
    for item in asked:
        for chosen, guide in situations(item).items():
            assert guide.materials or referral_of(item.questions, chosen), (item.code, chosen)


def test_an_agent_brings_an_authorisation_and_nobody_else_does(pack: Pack) -> None:
    renewal = pack.items["CN-driving-licence-renewal"]

    lists = {path_of(chosen): [m.name.zh for m in guide.materials] for chosen, guide in situations(renewal).items()}

    assert [path for path, names in lists.items() if "委托书" in names] == ["issuer.agent", "elsewhere.agent"]
    assert [path for path, names in lists.items() if "原机动车驾驶证" in names] == ["elsewhere.self", "elsewhere.agent"]
