"""Where the pages of the rules desk are."""

from uuid import UUID

RULES = "/ops/rules"
CASES = "/ops/rule-cases"


def rule_path(code: str) -> str:
    return f"{RULES}/{code}"


def cases_path(rehearsal_id: UUID) -> str:
    return f"{CASES}/{rehearsal_id}"
