"""YAML into strict Structs, naming every fault instead of stopping at the first."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml
from msgspec import Struct

Value = TypeVar("Value", bound=Struct)


class Fault(Struct, frozen=True, order=True):
    """What is wrong, in which file and entry. An entry without a code is named by its place: `#3`."""

    file: str
    entry: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.entry}: {self.message}"


class Unreadable(Exception):
    """The file is not YAML; `place` is the line, where the parser knows it."""

    def __init__(self, place: str, message: str) -> None:
        self.place = place
        super().__init__(message)


class _Loader(yaml.CSafeLoader):
    """YAML lets a later key silently replace an earlier one; here that is a fault."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise yaml.MarkedYAMLError(problem=f"the key {twice} is given twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


def read_yaml(file: Path) -> Any:
    """The content of a file; raises Unreadable."""
    try:
        return yaml.load(file.read_bytes(), _Loader)  # noqa: S506 - it is a safe loader
    except yaml.MarkedYAMLError as error:
        place = f"line {error.problem_mark.line + 1}" if error.problem_mark else "-"
        raise Unreadable(place, error.problem or "not YAML") from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible date
        raise Unreadable("-", str(error)) from error


def decode(cls: type[Value], raw: Any) -> tuple[Value | None, list[str]]:
    """The Struct, or None and everything that is wrong with the entry's fields."""
    try:
        return msgspec.convert(raw, cls), []
    except msgspec.ValidationError as error:
        return None, _every_fault(cls, raw) or [str(error)]


def _every_fault(cls: type[Struct], raw: Any) -> list[str]:
    if not isinstance(raw, dict):
        return ["the entry is not a mapping of fields"]
    fields = {field.encode_name: field for field in msgspec.structs.fields(cls)}
    faults = [f"{name}: there is no such field" for name in raw if name not in fields]
    for name, field in fields.items():
        if name not in raw:
            faults += [f"{name}: is missing"] if field.required else []
            continue
        try:
            msgspec.convert(raw[name], field.type)
        except msgspec.ValidationError as error:
            faults.append(f"{name}: {error}")
    return faults
