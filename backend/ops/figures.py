"""Figures of this moment, each with a judgement: is it well, to be watched, or does it need somebody."""

from datetime import datetime, timedelta

from msgspec import Struct

from backend.ops.models import Backlog, LedgerState, Sweep
from backend.ops.wording import ago, count, span
from pwa.views.charts import Figure, Health
from pwa.views.parts import Text

_SLOW, _STUCK = timedelta(minutes=1), timedelta(minutes=15)
_LEDGER_OLD = timedelta(minutes=30)  # it is checked every ten
_SWEEP_OLD = timedelta(hours=26)  # it runs every morning
_NOTHING = Text("没有", "None")
_NEVER = Text("还没有过", "Not yet")


class Moment(Struct, frozen=True, kw_only=True):
    """What was read at `now`. `open_exceptions` are payments and refunds that want somebody."""

    now: datetime
    last_beat: datetime | None
    backlog: Backlog
    sweeps: list[Sweep]
    ledger: LedgerState
    open_exceptions: int
    oldest_waiting_callback_at: datetime | None


def figures(seen: Moment, money_path: str | None) -> tuple[Figure, ...]:
    return (
        _worker(seen),
        _facts(seen),
        _deliveries(seen),
        _sweep(seen),
        _ledger(seen, money_path),
        _money(seen, money_path),
    )


def _worker(seen: Moment) -> Figure:
    label = Text("后台程序", "Background worker")
    if seen.last_beat is None:
        value, note = Text("没有运行", "Not running"), Text("消息和收款都停着", "Messages and payments stand still")
        return Figure(label=label, value=value, note=note, health=Health.BAD)
    return Figure(label=label, value=Text("在运行", "Running"), note=ago(seen.last_beat, seen.now))


def _facts(seen: Moment) -> Figure:
    label, oldest, parked = (
        Text("待处理的事件", "Events to be handled"),
        seen.backlog.oldest_event_at,
        seen.backlog.parked_handlers,
    )
    if parked:
        note = Text("试了多次仍不成，已搁置", "Given up on after many tries")
        return Figure(label=label, value=count(parked, "件", "parked", "parked"), note=note, health=Health.BAD)
    if oldest is None:
        return Figure(label=label, value=_NOTHING)
    note = Text("最早的一件等了这么久", "The oldest has waited as long")
    return Figure(label=label, value=span(oldest, seen.now), note=note, health=_health(seen.now - oldest))


def _deliveries(seen: Moment) -> Figure:
    label, oldest, waiting = (
        Text("待发送", "To be sent"),
        seen.backlog.oldest_due_delivery_at,
        seen.backlog.queued_deliveries,
    )
    value = count(waiting, "条", "delivery", "deliveries") if waiting else _NOTHING
    if oldest is None:
        note = Text("都还没到时间", "None is due yet") if waiting else None
        return Figure(label=label, value=value, note=note)
    late = span(oldest, seen.now)
    note = Text(f"最早的一条晚了 {late.zh}", f"The oldest is {late.en} late")
    return Figure(label=label, value=value, note=note, health=_health(seen.now - oldest))


def _sweep(seen: Moment) -> Figure:
    """By the one that lags behind most."""
    label, note = Text("每日扫描", "Daily sweep"), Text("每天早上一次", "Runs every morning")
    if not seen.sweeps:
        return Figure(label=label, value=_NEVER, note=note, health=Health.WARN)
    last = min(sweep.completed_at for sweep in seen.sweeps)
    health = Health.WARN if seen.now - last > _SWEEP_OLD else Health.OK
    return Figure(label=label, value=ago(last, seen.now), note=note, health=health)


def _ledger(seen: Moment, path: str | None) -> Figure:
    label, ledger = Text("账本", "Ledger"), seen.ledger
    if ledger.checked_at is None:
        return Figure(
            label=label, value=_NEVER, note=Text("还没查过", "Not checked yet"), health=Health.WARN, path=path
        )
    checked = ago(ledger.checked_at, seen.now)
    note = Text(f"共 {ledger.invariants} 条，{checked.zh}查过", f"Of {ledger.invariants}, checked {checked.en}")
    if ledger.broken:
        value = Text(f"{ledger.broken} 条不成立", f"{ledger.broken} broken")
        return Figure(label=label, value=value, note=note, health=Health.BAD, path=path)
    health = Health.WARN if seen.now - ledger.checked_at > _LEDGER_OLD else Health.OK
    return Figure(label=label, value=Text("条条成立", "All rules hold"), note=note, health=health, path=path)


def _money(seen: Moment, path: str | None) -> Figure:
    """An exception wants somebody; a callback waits for an order that may still come."""
    label, waiting = Text("要人看的收款", "Payments to look at"), seen.oldest_waiting_callback_at
    if seen.open_exceptions:
        value = count(seen.open_exceptions, "件", "open", "open")
        return Figure(label=label, value=value, health=Health.BAD, path=path)
    if waiting is None:
        return Figure(label=label, value=_NOTHING, path=path)
    long = span(waiting, seen.now)
    note = Text(f"有通知等订单等了 {long.zh}", f"A callback has waited {long.en} for its order")
    return Figure(label=label, value=_NOTHING, note=note, health=_health(seen.now - waiting), path=path)


def _health(waited: timedelta) -> Health:
    return Health.OK if waited < _SLOW else Health.WARN if waited < _STUCK else Health.BAD
