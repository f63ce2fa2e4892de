"""What the examples of the components are drawn with."""

from msgspec import Struct, structs

from pwa.examples import catalogue, home, inbox, operators, payments, reconciliation, rules, wallet
from pwa.rendering import TEMPLATES
from pwa.views.charts import Columns, Figure, Rows
from pwa.views.guide import Guide, Material, MaterialState, SelfCheck
from pwa.views.home import CaseStrip, FeedCard
from pwa.views.messages import MessageLine, OpenMessage, Why
from pwa.views.parts import FieldError, Segment, Text, Tile
from pwa.views.payments import Owed, RefundLine
from pwa.views.reconciliation import ReconciledDay
from pwa.views.rules import Case, RulePage
from pwa.views.services import HeldLicence, Result
from pwa.views.shell import Desk, Toast
from pwa.views.wallet import IssuerColour, LicenceCard, LicenceStatus, NotHeld

COMPONENTS = tuple(sorted(path.stem for path in (TEMPLATES / "examples").glob("*.html")))


class Gallery(Struct, frozen=True, kw_only=True):
    """Sample values of every kind; `components` are the names to show, all of them or one."""

    components: tuple[str, ...]
    feed: tuple[FeedCard, ...]
    elder_card: FeedCard
    cases: tuple[CaseStrip, ...]
    tiles: tuple[Tile, ...]
    packages: tuple[Tile, ...]
    segments: tuple[Segment, ...]
    results: tuple[Result, ...]
    held: HeldLicence
    guide: Guide
    materials: tuple[Material, ...]
    self_checks: tuple[SelfCheck, ...]
    licences: tuple[LicenceCard, ...]
    missing: NotHeld
    message: OpenMessage
    stopped: OpenMessage
    lines: tuple[MessageLine, ...]
    why: Why
    errors: tuple[FieldError, ...]
    toast: Toast
    desk: Desk
    figures: tuple[Figure, ...]
    columns: tuple[Columns, ...]
    rows: tuple[Rows, ...]
    reconciled: tuple[ReconciledDay, ...]
    rule: RulePage
    rule_cases: tuple[Case, ...]
    owed: Owed
    refunds: tuple[RefundLine, ...]


def _every_material() -> tuple[Material, ...]:
    return tuple(Material(name=Text("居民身份证", "Resident ID card"), state=state) for state in MaterialState)


def _every_licence() -> tuple[LicenceCard, ...]:
    colours = tuple(IssuerColour)
    return tuple(
        LicenceCard(
            licence_id=f"sample-{status}",
            path=f"/wallet/{status}",
            name=Text("示例证照", "Sample licence"),
            issuer=Text("示例机关", "Sample issuer"),
            colour=colours[at % len(colours)],
            status=status,
            expires_on=wallet.PERMIT.expires_on,
            number="3408 •••••••••• 0526",
            number_tail="0 5 2 6",
        )
        for at, status in enumerate(LicenceStatus)
    )


def gallery(*components: str) -> Gallery:
    """The sample values, to show these components, or all."""
    return Gallery(
        components=components or COMPONENTS,
        feed=(home.ENDORSE, home.DRIVING, home.HONG_KONG),
        elder_card=home.SENIOR_CARD,
        cases=(home.CASE, home.PAUSED_CASE),
        tiles=home.TILES,
        packages=catalogue.SERVICES.packages,
        segments=catalogue.SUBJECTS,
        results=catalogue.SEARCH.results,
        held=catalogue.SEARCH.licences[0],
        guide=catalogue.GUIDE,
        materials=_every_material(),
        self_checks=(catalogue.SETTLED, catalogue.ELSEWHERE),
        licences=_every_licence(),
        missing=wallet.SENIOR_CARD,
        message=inbox.ENDORSE,
        stopped=inbox.STOPPED,
        lines=inbox.LINES,
        why=inbox.ENDORSE.why or Why(based_on=Text("-"), rule=Text("-")),
        errors=inbox.SETTINGS_REFUSED.errors,
        toast=Toast(text=Text("不再提醒居住证签注", "No more reminders"), undo_path="/messages/019aa001/undo-stop"),
        desk=operators.DESK,
        figures=operators.FIGURES,
        columns=(operators.NOTHING, operators.DELIVERIES),
        rows=(operators.FEEDS,),
        reconciled=reconciliation.CARDS,
        rule=structs.replace(rules.TRIAL, progress=rules.WAITING.progress),
        rule_cases=rules.CASES.cases,
        owed=payments.OWED,
        refunds=payments.REFUNDS,
    )
