"""What is shown of a name or number where others may look along."""

import pytest

from backend.citizens.masking import mask_name, mask_number, mask_organisation, mask_phone


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("林晓雯", "林*雯"),
        ("王芳", "王*"),
        ("林", "林*"),
        ("欧阳娜娜", "欧**娜"),
        ("阿依古丽·买买提", "阿**提"),
        ("Anna Lee", "A** L**"),
        ("MARIA APARECIDA DA SILVA", "M** A** D** S**"),
    ],
)
def test_a_name_keeps_its_ends_but_not_its_length(name: str, shown: str) -> None:
    assert mask_name(name).shown == shown


def test_a_screen_reader_says_words_instead_of_stars() -> None:
    assert mask_name("林晓雯").spoken.zh == "林某雯"
    assert mask_number("340803198801170526").spoken.zh == "尾号 0 5 2 6"
    assert mask_number("340803198801170526").spoken.en == "ending in 0 5 2 6"


@pytest.mark.parametrize(
    ("number", "shown"),
    [("340803198801170526", "3408••••0526"), ("65010219860701005X", "6501••••005X"), ("E1234", "••••34")],
)
def test_a_number_shows_where_from_and_how_it_ends(number: str, shown: str) -> None:
    assert mask_number(number).shown == shown


@pytest.mark.parametrize(("phone", "shown"), [("19900001234", "199••••1234"), ("+4915112345678", "+49••••5678")])
def test_a_phone_shows_its_ends(phone: str, shown: str) -> None:
    assert mask_phone(phone).shown == shown


def test_an_organisation_keeps_place_and_trade() -> None:
    assert mask_organisation("上海晨光餐饮有限公司").shown == "上海**餐饮有限公司"
    assert mask_organisation("晨光小店").shown == "晨**店"
