"""What became of a fact that a provider told."""

from enum import StrEnum


class Verdict(StrEnum):
    APPLIED = "applied"  # something moved
    REPEATED = "repeated"  # it was known, or is older than what is known
    EXCEPTION = "exception"  # it does not fit: listed for the operators, nothing moved
    NOTHING = "nothing"  # it says nothing that moves anything
    WAITING = "waiting"  # it speaks of what is not known here (yet): keep it and apply it again later
