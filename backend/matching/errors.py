"""Refusals of the sweep."""

from backend.core.errors import Refusal


class DayNotCome(Refusal):
    code = "matching.day_not_come"
    status = 409
    zh = "{as_of} 还没有到。提前发送会让提醒失真；请用 --dry-run 预演。"
    en = "{as_of} has not come yet. Sweeping it would tell people early; use --dry-run to preview."
