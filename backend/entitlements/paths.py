"""Where entitlements lead."""

ENTITLEMENTS = "/entitlements"
DESK = "/ops/entitlements"


def offer_path(rule: str, cause_id: str) -> str:
    return f"{ENTITLEMENTS}/{rule}/{cause_id}"
