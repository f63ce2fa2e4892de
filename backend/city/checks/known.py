"""What a check may look up: which codes exist, and the decoded entries behind them."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from backend.city.models import Strict
from backend.city.pack import Entry

Value = TypeVar("Value", bound=Strict)


class Known:
    """The entries of a pack, faulty ones included: a code whose entry is faulty exists, it is just not `found`."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._values = {(entry.kind, entry.key): entry.value for entry in entries}

    def has(self, kind: str, code: str) -> bool:
        return (kind, code) in self._values

    def find(self, cls: type[Value], kind: str, code: str | None) -> Value | None:
        """The entry, unless it is missing or faulty, which is told elsewhere."""
        value = None if code is None else self._values.get((kind, code))
        return value if isinstance(value, cls) else None

    def all(self, cls: type[Value]) -> Iterator[Value]:
        """Every entry of a kind that could be decoded."""
        return (value for value in self._values.values() if isinstance(value, cls))

    def complete(self, kind: str) -> bool:
        """Whether every entry of the kind could be decoded: else what seems missing may stand in a faulty one."""
        return all(value is not None for (its_kind, _), value in self._values.items() if its_kind == kind)
