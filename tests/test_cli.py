"""What an operator does at the command line, with a real database named by the environment."""

import base64
from collections.abc import Callable

import pytest

from backend.cli import main

KEY = base64.b64encode(b"k" * 32).decode()
Run = Callable[..., list[str]]


@pytest.fixture
def run(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command and returns the lines it prints."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("SUISHENBAN_DATA_KEYS", f"k1:{KEY}")
    monkeypatch.setenv("SUISHENBAN_LOOKUP_KEY", KEY)

    def command(*arguments: str) -> list[str]:
        capsys.readouterr()
        main(arguments)
        return capsys.readouterr().out.splitlines()

    return command


def key_id(key: str) -> str:
    return key.split("_")[1]


@pytest.mark.parametrize("name", [(), ("--name", "交警")])
def test_adding_a_department_again_makes_a_further_key(run: Run, name: tuple[str, ...]) -> None:
    [first] = run("department", "add", "sh-police", "--name", "市公安局", "--scope", "licences:*")
    [further] = run("department", "add", "sh-police", *name, "--scope", "events:*", "--scope", "bills:*")

    departments = [line.split("\t") for line in run("department", "list")]
    keys = [line.split("\t") for line in run("department", "keys", "sh-police")]

    assert [(department[0], department[2]) for department in departments] == [("sh-police", "市公安局")]
    assert [(key[0], *key[2:]) for key in keys] == [
        (key_id(first), "living", "licences:*"),
        (key_id(further), "living", "bills:* events:*"),
    ]


def test_a_rotated_key_is_followed_by_one_with_the_same_scopes(run: Run) -> None:
    [old] = run("department", "add", "sh-police", "--name", "市公安局", "--scope", "licences:*")
    [new] = run("department", "rotate", key_id(old))

    lines = run("department", "keys", "sh-police")
    keys = [line.split("\t") for line in lines]

    assert [(key[0], key[2].split()[0], key[3]) for key in keys] == [
        (key_id(old), "revoked", "licences:*"),
        (key_id(new), "living", "licences:*"),
    ]
    assert not any(key.split("_", 2)[2] in line for key in (old, new) for line in lines)


def test_operators_are_made_given_another_key_and_ended(run: Run) -> None:
    [first] = run("operator", "add", "赵敏", "--role", "cashier", "--role", "rules")
    [_] = run("operator", "add", "钱伟", "--role", "watcher")
    [listed, _] = run("operator", "list")
    operator_id = listed.split("\t")[0]
    [second] = run("operator", "rotate", operator_id)
    run("operator", "revoke", operator_id)

    lines = run("operator", "list")

    assert second != first
    assert [line.split("\t")[3:] for line in lines] == [["cashier rules", "赵敏"], ["watcher", "钱伟"]]
    assert [line.split("\t")[2].split()[0] for line in lines] == ["revoked", "living"]
    assert not any(key.split("_", 2)[2] in line for key in (first, second) for line in lines)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("add", "nobody", "--scope", "events:*"), "There is no department nobody. To register it, give --name."),
        (("keys", "nobody"), "There is no department nobody."),
        (("rotate", "0" * 12), "There is no living key 000000000000."),
    ],
)
def test_what_does_not_exist_is_said(
    run: Run, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        run("department", *command)

    assert ended.value.code == 1
    assert capsys.readouterr().err == f"suishenban: {sentence}\n"
