"""Logs: one JSON object per line, facts as fields, nothing personal."""

import logging
import os
import sys
import traceback
from datetime import UTC, datetime

import msgspec

_STDERR = 2
_encode = msgspec.json.Encoder().encode
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Time, level, logger, event and the `extra` fields of the call.

    Of an exception the type and the places in the code are written, not its message: that may quote a person's data.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["trace"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(record.exc_info[2])[-8:]]
        return msgspec.json.encode(line, enc_hook=str).decode()


def write_line(logger: logging.Logger, event: str, **facts: str | float) -> None:
    """What happens thousands of times a second, as one line like the others but past the machinery of `logging`."""
    if logger.isEnabledFor(logging.INFO):
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        os.write(_STDERR, _encode({"at": at, "level": "INFO", "logger": logger.name, "event": event, **facts}) + b"\n")


def configure_logs(level: str = "INFO") -> None:
    """Sends everything to standard error as JSON lines; libraries from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("backend", "notifications", "pwa", "access"):
        logging.getLogger(name).setLevel(level)
