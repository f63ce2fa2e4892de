"""References to entries that are not there."""

from pathlib import Path

import pytest

from backend.city.check import check_pack
from backend.city.decoding import Fault
from tests.city.small_pack import (
    FEES,
    ITEMS,
    LICENCE,
    ONLINE,
    RENEWAL,
    RULES,
    TYPES,
    Spoil,
    messages,
    put,
    small_pack,
    spoiled,
    within,
    written,
)


@pytest.mark.parametrize(
    ("file", "code", "spoil", "message"),
    [
        (ITEMS, RENEWAL, put(department="nobody"), "department: there is no nobody among the departments"),
        (ITEMS, RENEWAL, put(themes=["no"]), "themes: there is no no among the themes"),
        (ITEMS, RENEWAL, put(life_stages=["no"]), "life_stages: there is no no among the life_stages"),
        (ITEMS, RENEWAL, put(fees=["licence", "no"]), "fees: there is no no among the fees"),
        (ITEMS, RENEWAL, put(result="no"), "result: there is no no among the licence_types"),
        (ITEMS, RENEWAL, within("materials", 0, waived_by="no"), "materials: waived_by: there is no no"),
        (ITEMS, RENEWAL, put(sources=["law", "hearsay"]), "sources: there is no hearsay among the sources"),
        (ITEMS, RENEWAL, put(sources=[]), "sources: it names none"),
        (ITEMS, ONLINE, put(region="510000"), "region: there is no 510000 among the regions"),
        (TYPES, LICENCE, put(renewing_item="CN-no"), "renewing_item: there is no CN-no among the items"),
        (FEES, "licence", put(department="nobody"), "department: there is no nobody among the departments"),
        (FEES, "licence", put(region="510000"), "region: there is no 510000 among the regions"),
        (RULES, "expiry", put(event_type="no.no"), "event_type: there is no no.no among the event_types"),
        (RULES, "expiry", put(licence_type="no"), "licence_type: there is no no among the licence_types"),
        (RULES, "expiry", put(target_item="CN-no"), "target_item: there is no CN-no among the items"),
        (RULES, "expiry", put(target_package="no"), "target_package: there is no no among the packages"),
        ("packages.yaml", "driving", put(items=["CN-no"]), "items: there is no CN-no among the items"),
        ("packages.yaml", "driving", put(life_stage="no"), "life_stage: there is no no among the life_stages"),
        ("regions.yaml", "310101", put(parent="310001"), "parent: there is no 310001 among the regions"),
        ("departments.yaml", "police", put(region="510000"), "region: there is no 510000 among the regions"),
        ("city.yaml", "city", put(region="510000"), "region: there is no 510000 among the regions"),
        (
            "city.yaml",
            "city",
            within("common_services", 0, item="CN-no"),
            "common_services: there is no CN-no among the items",
        ),
        (
            "city.yaml",
            "city",
            within("elder_services", 0, theme="no"),
            "elder_services: there is no no among the themes",
        ),
    ],
)
def test_a_dangling_reference_is_found(tmp_path: Path, file: str, code: str, spoil: Spoil, message: str) -> None:
    assert message in messages(tmp_path, file, code, spoil)


def test_an_entry_that_cannot_be_decoded_still_exists_for_others(tmp_path: Path) -> None:
    files = small_pack()
    spoiled(files, "departments.yaml", "police", put(colour="red"))

    faults = check_pack(written(files, tmp_path))

    assert faults == [Fault("departments.yaml", "police", "colour: there is no such field")]
