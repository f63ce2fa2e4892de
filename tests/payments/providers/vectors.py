"""Values published by the providers' SDKs, each with its source in `vectors.json`."""

from pathlib import Path
from typing import Any

import msgspec

_FILE = Path(__file__).with_suffix(".json")


def vector(vector_id: str) -> dict[str, Any]:
    vectors = msgspec.json.decode(_FILE.read_bytes())["vectors"]
    return next(each for each in vectors if each["id"] == vector_id)
