"""`suishenban rules`: the table, as words and as JSON."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
import yaml

from backend.city.pack import SHANGHAI
from backend.cli import main
from backend.commands.rules import Row


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Row]:
    main(["rules", "--json", *arguments])
    return {row.code: row for row in msgspec.json.decode(capsys.readouterr().out, type=list[Row])}


def copied(directory: Path) -> Path:
    for file in SHANGHAI.rglob("*.yaml"):
        copy = directory / file.relative_to(SHANGHAI)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    return directory


def test_every_live_rule_has_a_row_with_somebody_on_both_sides(capsys: pytest.CaptureFixture[str]) -> None:
    table = rows(capsys, "--pack", str(SHANGHAI))

    half_a_year = table["residence-permit-after-half-a-year"]
    assert half_a_year.when == "6 months after “Residence registered”"
    assert half_a_year.speaks_to is not None
    assert half_a_year.speaks_to.because is None
    assert "done:holds:residence-permit" in {each.because for each in half_a_year.not_to}
    assert table["licence-expiry:passport"].ladder_of == "passport-expiry"
    assert "old-age-allowance-at-70" not in table, "it is in shadow"
    assert all(row.as_expected for row in table.values())


def test_the_words_say_who_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rules", "--pack", str(SHANGHAI), "--zh"])

    printed = capsys.readouterr().out
    assert "“居住登记”后 6 个月" in printed
    assert "已经办好：持有“上海市居住证” (done:holds:residence-permit)" in printed


def test_a_rule_whose_time_is_over_is_not_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = copied(tmp_path)
    rules = yaml.safe_load((pack / "rules.yaml").read_text())
    next(rule for rule in rules if rule["code"] == "elder-at-60")["valid_until"] = date(2027, 1, 1)
    (pack / "rules.yaml").write_text(yaml.safe_dump(rules, allow_unicode=True))

    assert "elder-at-60" in rows(capsys, "--pack", str(pack), "--as-of", "2027-01-01")
    assert "elder-at-60" not in rows(capsys, "--pack", str(pack), "--as-of", "2027-01-02")


def test_a_live_rule_without_examples_fails_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = copied(tmp_path)
    examples = yaml.safe_load((pack / "rule_examples.yaml").read_text())
    kept = [each for each in examples if each["code"] != "elder-at-60"]
    (pack / "rule_examples.yaml").write_text(yaml.safe_dump(kept, allow_unicode=True))

    with pytest.raises(SystemExit):
        main(["rules", "--pack", str(pack)])

    assert "elder-at-60" in capsys.readouterr().err
