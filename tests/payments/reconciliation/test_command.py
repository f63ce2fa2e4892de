"""`suishenban reconcile`: what an operator brings or asks for by hand."""

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from backend.cli import main
from tests.payments.merchants import merchants
from tests.payments.providers.bill_days import alipay, day

KEY = base64.b64encode(b"k" * 32).decode()
Run = Callable[..., list[str]]


@pytest.fixture
def run(
    database_url: str,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs one command of a hall with a merchant at each provider; none of them is reachable."""
    (tmp_path / "merchants.json").write_bytes(merchants())
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("SUISHENBAN_DATA_KEYS", f"k1:{KEY}")
    monkeypatch.setenv("SUISHENBAN_LOOKUP_KEY", KEY)
    monkeypatch.setenv("SUISHENBAN_MERCHANTS", str(tmp_path / "merchants.json"))

    def command(*arguments: str) -> list[str]:
        capsys.readouterr()
        main(["reconcile", *arguments])
        return capsys.readouterr().out.splitlines()

    return command


def test_a_file_is_imported_and_imported_again(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bill.zip"
    path.write_bytes(alipay(day(10)))

    [first] = run("import", "alipay", "2026-01-19", str(path))
    again = json.loads("\n".join(run("import", "alipay", "2026-01-19", str(path), "--json")))

    assert first == "alipay 2026-01-19: done, revision 1; 0 matched, 0 repaired, differing: 10 missing_here"
    assert (again[0]["is_new"], again[0]["picture"]["stated"]["rows"]) == (False, 10)


def test_a_bill_that_is_refused_fails_the_command_and_says_why(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bill.zip"
    path.write_bytes(b"rubbish")

    with pytest.raises(SystemExit) as end:
        run("import", "alipay", "2026-01-19", str(path))

    told = capsys.readouterr()
    assert end.value.code == 1
    assert "refused" in told.out
    assert "damaged" in told.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("import", "alipay", "2026-01-19", "nowhere.zip"), 1),
        (("import", "cash", "2026-01-19", "nowhere.zip"), 2),
        (("run", "--day", "2026-01-19", "--channel", "wechat"), 1),
        (("rate", "wechat", "11", "--from", "2026-01-01"), 2),
        (("rate", "wechat", "NaN", "--from", "2026-01-01"), 2),
        (("rate", "wechat", "0.6"), 2),
    ],
)
def test_what_cannot_be_done_is_said_so(run: Run, arguments: tuple[str, ...], code: int) -> None:
    with pytest.raises(SystemExit) as end:
        run(*arguments)

    assert end.value.code == code


def test_a_rate_is_kept_for_the_merchant(run: Run, database_url: str) -> None:
    async def kept() -> list[tuple[str, str, int]]:
        connection = await asyncpg.connect(database_url)
        rows = await connection.fetch("SELECT channel, valid_from::text, rate_ppm FROM agreed_rates")
        await connection.close()
        return [tuple(row) for row in rows]

    run("rate", "wechat", "0.38", "--from", "2026-01-01")
    run("rate", "wechat", "0.6", "--from", "2026-01-01")

    assert asyncio.run(kept()) == [("wechat", "2026-01-01", 6000)]
