"""SQL is written out in queries, prepares against the migrated schema, and never asks the database for the time."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.core.db import Database
from backend.sandbox.gateways.book import Book

ROOT = Path(__file__).parents[2]
SOURCES = [path for part in ("backend", "notifications") for path in sorted((ROOT / part).rglob("*.py"))]
STATEMENT = re.compile(r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s", re.DOTALL)
SETTINGS_FREE = {"backend/core/migrations.py"}  # runs before there is a schema


def statements() -> Iterator[tuple[str, str]]:
    """Every string literal that reads like a statement, with its place."""
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix()
        if name in SETTINGS_FREE or name.startswith("backend/embedded/"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value):
                yield f"{name}:{node.lineno}", node.value


STATEMENTS = dict(statements())
OF_THE_SANDBOX = [place for place in STATEMENTS if place.startswith("backend/sandbox/")]


@pytest.mark.parametrize("place", [place for place in STATEMENTS if place not in OF_THE_SANDBOX])
async def test_every_statement_prepares_against_the_migrated_schema(place: str, shared_db: Database) -> None:
    async with shared_db.pool.acquire() as connection:
        await connection.prepare(STATEMENTS[place])


@pytest.mark.parametrize("place", OF_THE_SANDBOX)
def test_every_statement_of_the_sandbox_prepares_against_its_own_books(place: str) -> None:
    """In SQLite: the outside world shares no database with the hall."""
    book = Book(":memory:")
    book._db.execute(f"EXPLAIN {STATEMENTS[place]}", [None] * STATEMENTS[place].count("?"))
    book.close()


@pytest.mark.parametrize("place", STATEMENTS)
def test_no_statement_asks_the_database_for_the_time(place: str) -> None:
    assert not re.search(r"\bnow\s*\(|current_(date|timestamp)|clock_timestamp", STATEMENTS[place], re.IGNORECASE)


@pytest.mark.parametrize("place", STATEMENTS)
def test_every_statement_names_its_columns(place: str) -> None:
    assert not re.search(r"(SELECT|RETURNING|,)\s+(\w+\.)?\*", STATEMENTS[place])


def test_no_statement_is_put_together_from_strings() -> None:
    built = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                first = node.values[0] if node.values else None
                if isinstance(first, ast.Constant) and STATEMENT.match(str(first.value)):
                    built.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert built == []
