"""Draws the tables of states into docs/payments.md: `python -m backend.payments.drawing`."""

import re
from pathlib import Path

from backend.payments.payouts.states import PAYOUTS
from backend.payments.states import ORDERS, REFUNDS, diagram

DOCUMENT = Path(__file__).parents[2] / "docs" / "payments.md"
_DRAWN = re.compile(r"(<!-- (orders|refunds|payouts) -->\n```mermaid\n).*?(\n```)", re.DOTALL)


def drawn(text: str) -> str:
    """The document with its drawings as the tables say."""
    drawings = {"orders": diagram(ORDERS), "refunds": diagram(REFUNDS), "payouts": diagram(PAYOUTS)}
    return _DRAWN.sub(lambda found: found[1] + drawings[found[2]] + found[3], text)


if __name__ == "__main__":
    DOCUMENT.write_text(drawn(DOCUMENT.read_text()))
