"""The demo's operators: two, since what one of them proposes only another can approve."""

from datetime import datetime
from pathlib import Path

from backend.core.db import Database
from backend.operators.errors import OperatorKeyRefused
from backend.operators.models import Role
from backend.operators.service import add_operator, authenticate

OPERATORS_FILE = "operators.txt"
_NAMES = ("演示运营员甲", "演示运营员乙")


async def register_operators(db: Database, home: Path, now: datetime) -> None:
    """With every role. Their keys are kept for whoever tries the desk, and stay as long as they open it."""
    file = home / OPERATORS_FILE
    kept = dict(line.split("\t") for line in file.read_text().splitlines()) if file.exists() else {}
    for name in _NAMES:
        try:
            await authenticate(db, kept.get(name, ""))
        except OperatorKeyRefused:
            kept[name] = await add_operator(db, name, tuple(Role), now)
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}\t{key}\n" for name, key in kept.items()))
