"""Log lines are JSON and never quote what an exception says."""

import json
import logging
import sys

from backend.core.logs import JsonLines


def test_a_line_carries_its_facts() -> None:
    record = logging.getLogger("backend.x").makeRecord(
        "backend.x", logging.INFO, "f", 1, "swept", (), None, extra={"n": 3}
    )

    line = json.loads(JsonLines().format(record))

    assert (line["event"], line["level"], line["n"]) == ("swept", "INFO", 3)


def test_the_message_of_an_exception_stays_out() -> None:
    try:
        raise ValueError("310101199001010012 is not valid")
    except ValueError:
        record = logging.getLogger("x").makeRecord("x", logging.ERROR, "f", 1, "fault", (), sys.exc_info())

    text = JsonLines().format(record)

    assert "310101" not in text
    assert json.loads(text)["error"] == "ValueError"
    assert "test_logs.py" in json.loads(text)["trace"][0]
