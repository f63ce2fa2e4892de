"""Outside a feature only its public rooms are imported (models, errors, events, service and what it says is public)."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRIVATE_ROOMS = {"queries", "states", "routes", "pages"}
ROOTS = {"app.py", "worker.py", "cli.py", "commands", "up.py", "demo.py"}


def test_private_rooms_are_not_imported_from_outside() -> None:
    trespasses = []
    for path in sorted((ROOT / "backend").rglob("*.py")):
        feature = path.relative_to(ROOT / "backend").parts[0]
        if feature in ROOTS:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("backend."):
                parts = node.module.split(".")
                rooms = {*parts[2:], *(alias.name for alias in node.names)}
                if parts[1] not in {feature, "core"} and rooms & PRIVATE_ROOMS:
                    trespasses.append(f"{path.relative_to(ROOT)}:{node.lineno} imports {node.module}")
    assert trespasses == []
