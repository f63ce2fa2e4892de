"""Why a match is over: done by the person, or gone for another reason. Pure."""

from backend.city.rules import Anchor
from backend.matching.models import Known, Match

VANISHED = "vanished"
DONE = "done:"
_DOING = {"superseded": f"{DONE}replaced", "renewal_filed": f"{DONE}filed"}


def why_over(anchor: Anchor, match: Match, known: Known, objection: str | None) -> str:
    """`done:…` where what the reminder asked for has been done, so that follow-through can be counted.

    `objection` is what the rule now says against it, None where its cause is not there any more.
    """
    if objection is not None:
        return _DOING.get(objection, objection)
    renewed = anchor is Anchor.EXPIRY and any(
        str(licence.licence_id) == match.cause_id
        and (licence.expires_on is None or licence.expires_on > match.anchor_on)
        for licence in known.licences
    )
    return f"{DONE}renewed" if renewed else VANISHED
