"""Whole packs: what is no fault, and that no fault hides another."""

from pathlib import Path

from backend.city.check import check_pack
from backend.city.decoding import Fault
from backend.city.pack import SHANGHAI
from tests.city.small_pack import FEES, ITEMS, ONLINE, RENEWAL, RULES, put, small_pack, spoiled, text, written


def test_the_small_pack_has_no_fault(tmp_path: Path) -> None:
    assert check_pack(written(small_pack(), tmp_path)) == []


def test_the_shanghai_pack_has_no_fault() -> None:
    assert check_pack(SHANGHAI) == []


def test_one_bad_entry_hides_no_other(tmp_path: Path) -> None:
    files = small_pack()
    files[ITEMS][0].update(colour="red", visits="one", title=None)
    files[ITEMS][1].update(region="510000")

    faults = check_pack(written(files, tmp_path))

    assert faults == [
        Fault(ITEMS, ONLINE, "region: there is no 510000 among the regions"),
        Fault(ITEMS, RENEWAL, "colour: there is no such field"),
        Fault(ITEMS, RENEWAL, "title: Expected `object`, got `null`"),
        Fault(ITEMS, RENEWAL, "visits: Expected `int | null`, got `str`"),
    ]


def test_a_limit_without_a_unit_is_a_fault(tmp_path: Path) -> None:
    files = small_pack()
    spoiled(files, ITEMS, RENEWAL, put(legal_limit={"value": 5, "text": text("五日内")}))

    faults = check_pack(written(files, tmp_path))

    assert faults == [Fault(ITEMS, RENEWAL, "legal_limit: Object missing required field `unit`")]


def test_a_code_taken_twice_names_the_first_file(tmp_path: Path) -> None:
    files = small_pack()
    files["items/again.yaml"] = [files[ITEMS][0]]

    faults = check_pack(written(files, tmp_path))

    assert faults == [Fault(ITEMS, RENEWAL, "the code is already taken in items/again.yaml")]


def test_an_entry_without_a_code_is_named_by_its_place(tmp_path: Path) -> None:
    files = small_pack()
    files[FEES] += [{"name": text("无")}, "no mapping"]

    faults = check_pack(written(files, tmp_path))

    assert Fault(FEES, "#3", "code: is missing") in faults
    assert Fault(FEES, "#4", "the entry is not a mapping of fields") in faults


def test_entries_without_a_code_do_not_take_one_another_s(tmp_path: Path) -> None:
    files = small_pack()
    files["items/one.yaml"] = files["items/two.yaml"] = [{"title": text("无")}]

    assert not any("already taken" in fault.message for fault in check_pack(written(files, tmp_path)))


def test_missing_and_unknown_files_are_faults(tmp_path: Path) -> None:
    files = small_pack()
    del files["calendar.yaml"]
    files["licence-types.yaml"] = []

    faults = check_pack(written(files, tmp_path))

    assert faults == [
        Fault("calendar.yaml", "-", "the file is missing"),
        Fault("licence-types.yaml", "-", "no kind of entry is kept in a file of this name"),
    ]


def test_one_unreadable_file_hides_no_other(tmp_path: Path) -> None:
    files = small_pack()
    spoiled(files, RULES, "expiry", put(target_item="CN-no"))
    pack = written(files, tmp_path)
    (pack / "themes.yaml").write_text("- code: transport\n  name: {zh: 交通\n", encoding="utf-8")

    faults = check_pack(pack)

    assert any(fault.file == "themes.yaml" and fault.entry == "line 3" for fault in faults)
    assert Fault(RULES, "expiry", "target_item: there is no CN-no among the items") in faults


def test_what_an_entry_does_not_say_is_no_fault(tmp_path: Path) -> None:
    files = small_pack()
    bare = {"code": "SH-bare", "code_scheme": "platform", "title": text("事项"), "region": "310000"}
    files[ITEMS].append(bare | {"subjects": ["person"], "sources": ["law"]})

    assert check_pack(written(files, tmp_path)) == []
