"""Keys made in the application: time-ordered UUIDs of version 7 (RFC 9562, section 5.7)."""

import os
import time
from uuid import UUID

_VERSION = 0x7 << 76
_VARIANT = 0x2 << 62
_RAND_A = 0xFFF << 64
_RAND_B = (1 << 62) - 1


def uuid7() -> UUID:
    """A UUID whose first 48 bits are Unix milliseconds and whose other 74 free bits are random."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    return UUID(int=(milliseconds << 80) | _VERSION | (random & _RAND_A) | _VARIANT | (random & _RAND_B))
