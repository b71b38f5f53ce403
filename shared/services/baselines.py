"""Baselines of every model and deployment: kept up to date by the hour, established on demand.

The last hour is never learned from, as it is what is judged. Hourly runs of one UTC day refine one
version; the first of a day makes the next one, and so does every call. Each version is told once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.domain.annotation.annotation import incidents_of
from shared.domain.baseline.baseline import Baseline
from shared.domain.baseline.fit import FEWEST_SAMPLES, Period
from shared.domain.baseline.view import BaselineView, NoBaselineView, updated_event, view_of
from shared.domain.span import Span
from shared.domain.timeline import BUCKET_M, DAY_M, HOUR_M, floor_to, minute_of
from shared.errors import Stale
from shared.services.alert_ports import Alerts
from shared.services.annotations import load_annotations
from shared.services.baseline_learning import Budget, Learned, learn
from shared.services.baseline_store import (
    find_baseline,
    forget_baselines,
    load_baselines,
    store_baseline,
)
from shared.services.ports import Documents
from shared.services.reading import ReadPorts

PERIOD_D = 30
JUDGED_M = HOUR_M


@dataclass(frozen=True, slots=True)
class BaselinePorts:
    """What baselines are made from and where they go.

    Attributes:
        reading: rollups.
        documents: baselines and annotations.
        alerts: has the outbox.
        connected: whether events lead anywhere; where not, none are put into the outbox.
        environment: where the monitor runs.
    """

    reading: ReadPorts
    documents: Documents
    alerts: Alerts
    connected: bool
    environment: str


@dataclass(slots=True)
class BaselineRun:
    """What a run did.

    Attributes:
        first: the first minute that was read; later than 30 days ago where time ran out.
        end: the minute after the last.
        established: baselines computed.
        versions: those of them that are a version of their own.
        left: baselines that are pinned, or were up to date.
        stale: baselines that another run was replacing.
        forgotten: versions past their time.
        elapsed_s: how long it took.
    """

    first: int
    end: int
    established: int = 0
    versions: int = 0
    left: int = 0
    stale: int = 0
    forgotten: int = 0
    elapsed_s: float = 0.0


async def compute_baselines(
    *, now: datetime, ports: BaselinePorts, timer: Callable[[], float], budget_s: float
) -> BaselineRun:
    """Learn the baselines of every series from the 30 days before the last hour.

    Args:
        now: the clock, UTC.
        ports: what it works on.
        timer: a monotonic clock, seconds.
        budget_s: how long reading may take.

    Returns:
        What was done; a second run in the same five minutes changes nothing.
    """
    began, end = timer(), learnable_until(now)
    period = Period(end - PERIOD_D * DAY_M, end)
    incidents = incidents_of(await load_annotations(ports.documents), now)
    known = {(b.model, b.deployment): b for b in await load_baselines(ports.documents)}
    budget = Budget(timer, began + budget_s)
    lesson = await learn(period, incidents, reading=ports.reading, budget=budget)
    run = BaselineRun(lesson.first, end)
    for name, learned in lesson.series.items():
        before = known.get(name)
        if before is not None and (before.pinned or before.end >= end):
            run.left += 1
            continue
        version = _next_version(before, now)
        made = _baseline(name, learned, Span(lesson.first, end), now=now, version=version)
        try:
            await _put(made, before, ports)
        except Stale:
            run.stale += 1
            continue
        run.established += 1
        run.versions += before is None or before.version < version
    run.forgotten = await forget_baselines(now, ports.documents)
    run.elapsed_s = timer() - began
    return run


async def establish_baseline(
    model: str,
    deployment: str,
    span: Span,
    *,
    pinned: bool,
    now: datetime,
    ports: BaselinePorts,
    budget: Budget,
) -> BaselineView | NoBaselineView:
    """Learn one series' baseline from a span and put it in force, whatever is in force.

    Args:
        model: its name.
        deployment: its name; empty for all of the model's.
        span: what may be looked at.
        pinned: whether the timer is to leave it alone.
        now: the clock, UTC.
        ports: what it works on.
        budget: how long reading may take.

    Raises:
        Stale: the timer is replacing it at the same time.
    """
    incidents = incidents_of(await load_annotations(ports.documents), now)
    period = Period(span.first, span.end)
    lesson = await learn(period, incidents, reading=ports.reading, budget=budget)
    learned = lesson.series.get((model, deployment))
    if learned is None:
        return NoBaselineView(model, f"fewer than {FEWEST_SAMPLES} samples in the period")
    before = await find_baseline(model, deployment, ports.documents)
    made = _baseline(
        (model, deployment),
        learned,
        Span(lesson.first, span.end),
        now=now,
        version=before.version + 1 if before else 1,
        pinned=pinned,
    )
    await _put(made, before, ports)
    return view_of(made)


def learnable_until(now: datetime) -> int:
    """Return the minute before which nothing is being judged."""
    return floor_to(minute_of(now) - JUDGED_M, BUCKET_M)


def _next_version(before: Baseline | None, now: datetime) -> int:
    if before is None:
        return 1
    return before.version + (before.established_at.date() != now.date())


def _baseline(
    name: tuple[str, str],
    learned: Learned,
    span: Span,
    *,
    now: datetime,
    version: int,
    pinned: bool = False,
) -> Baseline:
    return Baseline(
        model=name[0],
        deployment=name[1],
        version=version,
        established_at=now,
        first=span.first,
        end=span.end,
        pinned=pinned,
        confidence=max(each.confidence for each in learned.values()),
        metrics=learned,
    )


async def _put(made: Baseline, before: Baseline | None, ports: BaselinePorts) -> None:
    """Store a baseline; what tells of a version goes first, so that none is left untold."""
    if ports.connected and (before is None or before.version < made.version):
        await ports.alerts.add_events([updated_event(made, ports.environment)])
    await store_baseline(made, ports.documents)
