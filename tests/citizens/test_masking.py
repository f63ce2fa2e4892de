"""What is shown of a name or number where others may look along."""

import pytest

from backend.citizens.masking import mask_name, mask_number, spoken_name


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
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("masked", "heard"), [("林*雯", "林某雯"), ("阿**提", "阿某提"), ("王*", "王某"), ("A** L**", "A L")]
)
def test_a_screen_reader_says_words_instead_of_stars(masked: str, heard: str) -> None:
    assert spoken_name(masked) == heard


@pytest.mark.parametrize(
    ("number", "shown", "tail"),
    [
        ("340803198801170526", "3408 •••••••••• 0526", "0 5 2 6"),
        ("65010219860701005X", "6501 •••••••••• 005X", "0 0 5 X"),
        ("E1234", "•••• 34", "3 4"),
        ("12345678901", "•••• 01", "0 1"),
    ],
)
def test_a_number_shows_where_from_and_how_it_ends(number: str, shown: str, tail: str) -> None:
    masked = mask_number(number)

    assert (masked.shown, masked.tail) == (shown, tail)
