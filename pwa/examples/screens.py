"""Every screen with the view that fills it: what the tests draw, in each language, mode and theme."""

from msgspec import Struct

from pwa.examples import (
    acting,
    catalogue,
    entitlements,
    home,
    inbox,
    operators,
    payments,
    receipts,
    reconciliation,
    rules,
    wallet,
)
from pwa.examples.api_docs import API_DOCS
from pwa.examples.search_misses import SEARCH_MISSES
from pwa.views.acting import ActingFor
from pwa.views.entitlements import OfferList, OfferState
from pwa.views.pages import ErrorPage, Plain
from pwa.views.parts import Action, Text
from pwa.views.payments import ResultState
from pwa.views.shell import Desk, Tab
from pwa.views.wallet import Wallet


class Screen(Struct, frozen=True, kw_only=True):
    """`elder_view` where elder mode shows another person's page, or another one."""

    template: str
    view: Struct
    path: str
    tab: Tab | None = None
    elder_view: Struct | None = None
    signed_in: bool = True
    desk: Desk | None = None


def _screen(template: str, view: Struct, path: str, tab: Tab | None = None, elder_view: Struct | None = None) -> Screen:
    return Screen(template=template, view=view, path=path, tab=tab, elder_view=elder_view)


def _signed_out(template: str, view: Struct, path: str, tab: Tab | None = None) -> Screen:
    return Screen(template=template, view=view, path=path, tab=tab, signed_in=False)


def _operators(template: str, view: Struct, path: str, desk: Desk = operators.DESK) -> Screen:
    return Screen(template=template, view=view, path=path, signed_in=desk.name is not None, desk=desk)


NOT_SIGNED_IN = ErrorPage(
    status=403,
    title=Text("没有登录成功", "You were not signed in"),
    message=Text("您取消了登录，没有任何信息被读取。", "You cancelled the sign-in and nothing was read."),
    action=Action(label=Text("重新登录", "Sign in again"), path="/login?next=%2Fwallet"),
)

SCREENS = {
    "home": _screen("home/home.html", home.HOME, "/", Tab.HOME, home.ELDER_HOME),
    "home-quiet": _screen("home/home.html", home.QUIET_HOME, "/", Tab.HOME),
    "home-signed-out": _signed_out("home/home.html", home.QUIET_HOME, "/", Tab.HOME),
    "services": _screen("catalogue/services.html", catalogue.SERVICES, "/services", Tab.SERVICES),
    "search": _screen("catalogue/search.html", catalogue.SEARCH, "/services?q=驾照", Tab.SERVICES),
    "search-empty": _screen("catalogue/search.html", catalogue.NOTHING, "/services?q=xyzzy", Tab.SERVICES),
    "guide": _screen("catalogue/guide.html", catalogue.GUIDE, "/services/LAW-0025", Tab.SERVICES),
    "guide-sparse": _screen("catalogue/guide.html", catalogue.SPARSE_GUIDE, "/services/SHK-0003", Tab.SERVICES),
    "wallet": _screen("licences/wallet.html", wallet.WALLET, "/wallet", Tab.WALLET, wallet.ELDER_WALLET),
    "wallet-signed-out": _signed_out("licences/wallet.html", Wallet(), "/wallet", Tab.WALLET),
    "licence": _screen("licences/licence.html", wallet.LICENCE, "/wallet/019aa101", Tab.WALLET),
    "bills": _screen("payments/bills.html", payments.BILLS, "/bills", Tab.ME),
    "bills-of-others": _screen("payments/bills.html", payments.NO_BILLS_OF_MINE, "/bills", Tab.ME),
    "bill-of-firm": _screen("payments/bill.html", payments.BILL_OF_FIRM, "/bills/019aa303", Tab.ME),
    "pay-leave-for-firm": _screen("payments/leave.html", payments.LEAVE_FOR_FIRM, "/payments/1/go", Tab.ME),
    "pay-paid-for-firm": _screen(
        "payments/result.html", payments.result(ResultState.PAID, for_whom=payments.FIRM), "/payments/6", Tab.ME
    ),
    "bill": _screen("payments/bill.html", payments.BILL, "/bills/019aa301", Tab.ME),
    "bill-no-way": _screen("payments/bill.html", payments.NO_WAY, "/bills/019aa302", Tab.ME),
    "pay-leave": _screen("payments/leave.html", payments.LEAVE, "/payments/1/go", Tab.ME),
    "pay-leave-form": _screen("payments/leave.html", payments.LEAVE_BY_FORM, "/payments/1/go", Tab.ME),
    "pay-paid": _screen("payments/result.html", payments.result(ResultState.PAID), "/payments/1", Tab.ME),
    "pay-checking": _screen("payments/result.html", payments.result(ResultState.CHECKING), "/payments/2", Tab.ME),
    "pay-refunding": _screen("payments/result.html", payments.result(ResultState.REFUNDING), "/payments/3", Tab.ME),
    "pay-refunded": _screen("payments/result.html", payments.result(ResultState.REFUNDED), "/payments/5", Tab.ME),
    "pay-ended": _screen("payments/result.html", payments.result(ResultState.ENDED), "/payments/4", Tab.ME),
    **{
        f"offer-{state}": _screen(
            "entitlements/offer.html", entitlements.offer(state), "/entitlements/medical-insurance/019aa400", Tab.ME
        )
        for state in OfferState
    },
    "offer-no-card": _screen("entitlements/offer.html", entitlements.WITHOUT_CARD, "/entitlements/a/1", Tab.ME),
    "offer-bad-card": _screen("entitlements/offer.html", entitlements.BAD_CARD, "/entitlements/a/1", Tab.ME),
    "offers": _screen("entitlements/list.html", entitlements.ANSWERS, "/entitlements", Tab.ME),
    "offers-none": _screen("entitlements/list.html", OfferList(), "/entitlements", Tab.ME),
    "ops-entitlements": _operators("ops/entitlements.html", entitlements.DESK, "/ops/entitlements"),
    "ops-entitlements-none": _operators("ops/entitlements.html", entitlements.QUIET_DESK, "/ops/entitlements"),
    "receipt": _screen("payments/receipt.html", receipts.RECEIPT, "/payments/1/receipt", Tab.ME),
    "receipt-of-firm": _screen("payments/receipt.html", receipts.RECEIPT_OF_FIRM, "/payments/6/receipt", Tab.ME),
    "receipt-refunded": _screen("payments/receipt.html", receipts.RECEIPT_REFUNDED, "/payments/1/receipt", Tab.ME),
    "verify": _signed_out("payments/verify.html", receipts.VERIFY, "/receipts/verify"),
    "verify-refused": _signed_out("payments/verify.html", receipts.VERIFY_REFUSED, "/receipts/verify"),
    "verified": _signed_out("payments/verify.html", receipts.VERIFIED, "/receipts/verify"),
    "messages": _screen("inbox/messages.html", inbox.MESSAGES, "/messages", Tab.MESSAGES, inbox.EVERYTHING),
    "messages-empty": _screen(
        "inbox/messages.html", inbox.NO_MESSAGES, "/messages?tab=notice", Tab.MESSAGES, inbox.NO_MESSAGES_AT_ALL
    ),
    "message": _screen("inbox/message.html", inbox.MESSAGE, "/messages/019aa001", Tab.MESSAGES),
    "message-digest": _screen("inbox/message.html", inbox.DIGEST_PAGE, "/messages/019aa009", Tab.MESSAGES),
    "message-entitled": _screen("inbox/message.html", inbox.ENTITLED_PAGE, "/messages/019aa011", Tab.MESSAGES),
    "message-stopped": _screen("inbox/message.html", inbox.STOPPED_PAGE, "/messages/019aa010", Tab.MESSAGES),
    "me": _screen("inbox/me.html", inbox.ME, "/me", Tab.ME),
    "acting": _screen("inbox/acting_for.html", acting.ACTING_FOR, "/me/acting-for", Tab.ME),
    "acting-none": _screen("inbox/acting_for.html", ActingFor(), "/me/acting-for", Tab.ME),
    "me-signed-out": _signed_out("inbox/me.html", inbox.ME_SIGNED_OUT, "/me", Tab.ME),
    "notifications": _screen("inbox/notifications.html", inbox.SETTINGS, "/me/notifications", Tab.ME),
    "notifications-loud": _screen("inbox/notifications.html", inbox.SETTINGS_LOUD, "/me/notifications", Tab.ME),
    "notifications-refused": _screen("inbox/notifications.html", inbox.SETTINGS_REFUSED, "/me/notifications", Tab.ME),
    "consent": _screen("inbox/consent.html", inbox.CONSENT, "/me/consents/recommendations", Tab.ME),
    "consent-given": _screen("inbox/consent.html", inbox.CONSENT_GIVEN, "/me/consents/recommendations", Tab.ME),
    "consent-earlier": _screen("inbox/consent.html", inbox.CONSENT_EARLIER, "/me/consents/recommendations", Tab.ME),
    "consent-features": _screen("inbox/consent.html", inbox.FEATURES, "/me/consents/features", Tab.ME),
    "consents": _screen("inbox/consents.html", inbox.CONSENTS, "/me/consents", Tab.ME),
    "stop-link": _signed_out("inbox/stop.html", inbox.STOP, "/s/AbCdEfGhIjKl", None),
    "stop-link-done": _signed_out("inbox/stop.html", inbox.STOP_DONE, "/s/AbCdEfGhIjKl", None),
    "stop-link-statutory": _signed_out("inbox/stop.html", inbox.STOP_STATUTORY, "/s/AbCdEfGhIjKl", None),
    "stop-link-statutory-done": _signed_out("inbox/stop.html", inbox.STOP_STATUTORY_DONE, "/s/AbCdEfGhIjKl", None),
    "push": _screen("inbox/push.html", inbox.PUSH, "/me/push", Tab.ME),
    "display": _screen("inbox/display.html", Plain(), "/me/display", Tab.ME),
    "error-not-signed-in": _signed_out("core/error.html", NOT_SIGNED_IN, "/login/callback"),
    "error-404": _screen("core/error.html", ErrorPage(status=404), "/nowhere"),
    "error-500": _screen("core/error.html", ErrorPage(status=500, reference="019AA-7F3C"), "/"),
    "offline": _signed_out("core/offline.html", Plain(), "/offline"),
    "api": _signed_out("ops/api_docs.html", API_DOCS, "/api/docs"),
    "overview": _operators("ops/overview.html", operators.OVERVIEW, "/ops"),
    "reconciliation": _operators("ops/reconciliation.html", reconciliation.DAY, "/ops/reconciliation"),
    "reconciliation-none": _operators("ops/reconciliation.html", reconciliation.NOTHING, "/ops/reconciliation"),
    "reconciliation-waiting": _operators("ops/reconciliation.html", reconciliation.WAITING, "/ops/reconciliation"),
    "difference": _operators("ops/difference.html", reconciliation.PROPOSED, "/ops/reconciliation"),
    "difference-refused": _operators("ops/difference.html", reconciliation.REFUSED, "/ops/reconciliation"),
    "rules": _operators("ops/rules.html", rules.RULES, "/ops/rules"),
    "rules-none": _operators("ops/rules.html", rules.NO_RULES, "/ops/rules?state=stopped"),
    "rule": _operators("ops/rule.html", rules.TRIAL, "/ops/rules"),
    "rule-waiting": _operators("ops/rule.html", rules.WAITING, "/ops/rules"),
    "rule-cases": _operators("ops/rule_cases.html", rules.CASES, "/ops/rules"),
    "search-misses": _operators("ops/search_misses.html", SEARCH_MISSES, "/ops/search-misses"),
    "operators": _operators("operators/sign_in.html", operators.SIGN_IN, "/ops/sign-in", operators.NOBODYS_DESK),
    "operators-refused": _operators(
        "operators/sign_in.html", operators.SIGN_IN_REFUSED, "/ops/sign-in", operators.NOBODYS_DESK
    ),
    "operators-error": _operators("core/error.html", ErrorPage(status=403), "/ops/nowhere"),
    "install": _signed_out("core/install.html", Plain(), "/install"),
}
