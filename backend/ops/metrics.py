"""Figures for Prometheus: those of the hall from Postgres, the same from every process, and those of this process."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from asyncpg import InterfaceError, PostgresError
from litestar import Response, get
from msgspec import Struct
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from backend.catalogue.misses import count_misses
from backend.core.clock import Clock, local_date
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.ops.models import Backlog, Deliveries, Payouts, Sweep
from backend.ops.queries import get_backlog, get_payouts, list_deliveries_since, list_sweeps
from backend.payments.ledger import get_figures, list_checks
from backend.payments.reconciliation.figures import ReconciliationFigures, get_reconciliation_figures

RECENT = timedelta(minutes=15)
LATE = timedelta(days=1)
"""A payout that the bank has had for longer wants looking at."""

_PATIENCE_S = 5.0


class Figures(Struct, frozen=True):
    """What one look at Postgres told."""

    at: datetime
    backlog: Backlog
    sweeps: Sequence[Sweep]
    deliveries: Sequence[Deliveries]
    searches_in_vain: int
    payments: Mapping[str, float]
    ledger: Mapping[str, int]
    reconciliation: ReconciliationFigures
    payouts: Payouts


@get("/metrics", opt=access(Access.INTERNAL), include_in_schema=False)
async def metrics(db: Given[Database], clock: Given[Clock]) -> Response[bytes]:
    """Text of the Prometheus exposition format; without Postgres `postgres_up 0` and what this process knows itself."""
    registry = CollectorRegistry()
    registry.register(_Hall(await _read(db, clock.now())))
    return Response(
        generate_latest(REGISTRY) + generate_latest(registry),
        media_type=CONTENT_TYPE_PLAIN_0_0_4,
        headers={"Cache-Control": "no-store"},
    )


async def _read(db: Database, now: datetime) -> Figures | None:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return Figures(
                now,
                await get_backlog(db, now),
                await list_sweeps(db),
                await list_deliveries_since(db, now - RECENT),
                await count_misses(db, local_date(now)),
                await _payments(db, now),
                await list_checks(db),
                await get_reconciliation_figures(db, now),
                await get_payouts(db, now - LATE),
            )
    except (OSError, TimeoutError, PostgresError, InterfaceError):
        return None


class _Hall(Collector):
    """Turns the figures into metric families."""

    def __init__(self, figures: Figures | None) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        yield _gauge("postgres_up", "Whether the figures below could be read.", float(self._figures is not None))
        if self._figures is not None:
            yield from _backlog(self._figures)
            yield _sweep_ages(self._figures)
            yield _deliveries(self._figures)
            vain = self._figures.searches_in_vain
            yield _gauge("searches_in_vain_today", "Searches that found nothing: see /ops/search-misses.", float(vain))
            yield from _ledger(self._figures)
            yield from _reconciliation(self._figures.reconciliation)
            yield from _payouts(self._figures.payouts)


async def _payments(db: Database, now: datetime) -> dict[str, float]:
    found = await get_figures(db, now)
    return {
        "payment_callback_wait_seconds": _age(found.oldest_waiting_callback_at, now),
        "payment_exceptions_open": found.open_exceptions,
        "payment_refunds_stuck": found.stuck_refunds,
        "payment_queries_due": found.overdue_queries,
    }


_ABOUT_PAYMENTS = {
    "payment_callback_wait_seconds": "Age of a callback that waits for its order.",
    "payment_exceptions_open": "Facts of providers that do not fit: somebody must look.",
    "payment_refunds_stuck": "Refunds that a provider cannot carry out: somebody must look.",
    "payment_queries_due": "Open orders whose hour to be asked about has come.",
}


def _ledger(figures: Figures) -> Iterable[Metric]:
    for name, value in figures.payments.items():
        yield _gauge(name, _ABOUT_PAYMENTS[name], value)
    family = GaugeMetricFamily("ledger_violations", "What the last check of the ledger found.", labels=["invariant"])
    for invariant, count in figures.ledger.items():
        family.add_metric([invariant], count)
    yield family


def _reconciliation(figures: ReconciliationFigures) -> Iterable[Metric]:
    behind = GaugeMetricFamily(
        "reconciliation_behind_days", "Days since the last one that is reconciled; 1 is yesterday.", labels=["channel"]
    )
    for channel, days in figures.behind_days:
        behind.add_metric([channel], days)
    yield behind
    labels = ["channel", "class"]
    counts = GaugeMetricFamily("reconciliation_differences_open", "What bills and ledger differ in.", labels=labels)
    ages = GaugeMetricFamily("reconciliation_difference_age_days", "Age of the oldest open difference.", labels=labels)
    for each in figures.open:
        counts.add_metric([each.channel, each.judged], each.count)
        ages.add_metric([each.channel, each.judged], each.oldest_days)
    yield counts
    yield ages


def _payouts(found: Payouts) -> Iterable[Metric]:
    yield _gauge("payouts_open", "Payouts that the bank has not ended.", float(found.open))
    yield _gauge("payouts_late", "Of these, ordered more than a day ago: somebody must look.", float(found.late))
    yield _gauge("payouts_failed", "Payouts refused or returned that wait for another card.", float(found.failed))


def _backlog(figures: Figures) -> Iterable[Metric]:
    waiting, at = figures.backlog, figures.at
    yield _gauge(
        "event_backlog_age_seconds", "Age of the oldest fact not yet handled.", _age(waiting.oldest_event_at, at)
    )
    yield _gauge("event_handlers_parked", "Handlers given up on: somebody must look.", float(waiting.parked_handlers))
    yield _gauge(
        "delivery_queue_lag_seconds",
        "How long the oldest delivery that is due has waited.",
        _age(waiting.oldest_due_delivery_at, at),
    )
    yield _gauge(
        "delivery_queue_depth",
        "Deliveries not yet sent, those waiting for the morning included.",
        float(waiting.queued_deliveries),
    )


def _sweep_ages(figures: Figures) -> Metric:
    family = GaugeMetricFamily("sweep_age_seconds", "Time since a rule was last swept to the end.", labels=["rule"])
    for sweep in figures.sweeps:
        family.add_metric([sweep.rule], _age(sweep.completed_at, figures.at))
    return family


def _deliveries(figures: Figures) -> Metric:
    minutes = int(RECENT.total_seconds() // 60)
    family = GaugeMetricFamily(
        "deliveries_recent", f"Deliveries of the last {minutes} minutes by result.", labels=["channel", "result"]
    )
    for row in figures.deliveries:
        family.add_metric([row.channel, row.result], row.count)
    return family


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _age(since: datetime | None, at: datetime) -> float:
    return 0.0 if since is None else max(0.0, (at - since).total_seconds())


HANDLERS = [metrics]
