"""Refusals about entitlements."""

from backend.core.errors import Refusal


class OfferNotFound(Refusal):
    """Also where it is somebody else's, or the reader may no longer act for whose it is."""

    code = "entitlements.not_found"
    status = 404
    zh = "您这里没有这一项待遇。请回到消息查看。"
    en = "There is no such entitlement of yours. Go back to your messages."


class OfferEnded(Refusal):
    code = "entitlements.ended"
    status = 409
    zh = "这项待遇的依据有了变化，现在不能领取。如有疑问请拨打 12345。"
    en = "What this entitlement rested on has changed: it cannot be confirmed now. Questions: call 12345."


class OfferChanged(Refusal):
    code = "entitlements.changed"
    status = 409
    zh = "金额刚刚有变化，请重新打开页面，看清楚再确认。"
    en = "The amount has just changed. Open the page again and read it before you confirm."


class Declined(Refusal):
    code = "entitlements.declined"
    status = 409
    zh = "您已经表示不领取。改变主意请拨打 12345，由工作人员恢复。"
    en = "You have declined this. If you have changed your mind, call 12345: somebody of the office restores it."


class Held(Refusal):
    """An earlier payout by the same rule is being looked into."""

    code = "entitlements.held"
    status = 409
    zh = "工作人员正在核实之前的一笔发放，核实完才能继续。"
    en = "Somebody of the office is looking into an earlier payout; nothing more can be paid before that is done."


class CardUnclear(Refusal):
    """One card was chosen and the number of another one typed."""

    code = "entitlements.card_unclear"
    status = 422
    zh = "您选了已有的卡，又填了卡号。请选定发到哪一张。"
    en = "You chose a card and entered another number. Decide which of them it goes to."


class CannotBeReopened(Refusal):
    code = "entitlements.cannot_be_reopened"
    status = 409
    zh = "编号不对，或这一项没有被谢绝。"
    en = "There is no declined entitlement with this number."


class NothingToSettle(Refusal):
    code = "entitlements.nothing_to_settle"
    status = 409
    zh = "这一项已经有人处理。"
    en = "Somebody has seen to this already."


class ReasonMissing(Refusal):
    code = "entitlements.reason_missing"
    status = 422
    zh = "请写明原因。"
    en = "Say why."
