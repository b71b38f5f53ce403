"""A baseline as it is answered, with every hour of the week spelled out, and as it is told."""

from datetime import datetime

import msgspec
import numpy as np

from shared.domain.baseline.baseline import (
    HOURS,
    WEEKDAYS,
    Baseline,
    Basis,
    ConfidenceInterval,
    SeasonalBaseline,
)
from shared.domain.baseline.metrics import ERROR_RATE, RESPONSE_TIME_MS
from shared.domain.event import BASELINE_UPDATED, Event, new_event
from shared.domain.identity import identity_of
from shared.domain.timeline import DAY_M, HOUR_M, instant, rfc3339_minute

# 1970-01-05, a Monday.
_MONDAY = 4 * DAY_M


class CellView(msgspec.Struct, frozen=True):
    """What is normal in one hour of the week, UTC; weekday 0 is Monday."""

    weekday: int
    hour: int
    center: float
    spread: float
    sample_size: int


class MetricView(msgspec.Struct, frozen=True):
    """What is normal for one metric; see `SeasonalBaseline`."""

    center: float
    p5: float
    p50: float
    p95: float
    quantiles_of: Basis
    confidence: float
    confidence_interval: ConfidenceInterval | None
    sample_size: int
    hours: float
    seasonal: list[CellView]


class PeriodView(msgspec.Struct, frozen=True):
    """From when until when."""

    start: datetime
    end: datetime


class BaselineView(msgspec.Struct, frozen=True):
    """What is normal for a model; see `Baseline`."""

    model_name: str
    deployment: str | None
    established_at: datetime
    version: int
    pinned: bool
    period: PeriodView
    confidence: float
    metrics: dict[str, MetricView]


class NoBaselineView(msgspec.Struct, frozen=True):
    """That there is no baseline, and why."""

    model_name: str
    reason: str
    no_baseline: bool = True


def view_of(baseline: Baseline) -> BaselineView:
    """Return a baseline as it is answered."""
    return BaselineView(
        baseline.model,
        baseline.deployment or None,
        baseline.established_at,
        baseline.version,
        baseline.pinned,
        PeriodView(instant(baseline.first), instant(baseline.end)),
        baseline.confidence,
        {name: _metric(each) for name, each in baseline.metrics.items()},
    )


def updated_event(baseline: Baseline, environment: str) -> Event:
    """Return the event that tells of a version; the same version has the same event_id.

    Args:
        baseline: established or replaced.
        environment: where the monitor runs.
    """
    times, errors = baseline.metrics.get(RESPONSE_TIME_MS), baseline.metrics.get(ERROR_RATE)
    most = max((each.sample_size for each in baseline.metrics.values()), default=0)
    return new_event(
        BASELINE_UPDATED,
        event_id=identity_of(
            "baseline", baseline.model, baseline.deployment, str(baseline.version)
        ),
        time=baseline.established_at,
        environment=environment,
        properties={
            "model": baseline.model,
            "deployment": baseline.deployment,
            "version": str(baseline.version),
            "period": f"{rfc3339_minute(baseline.first)}/{rfc3339_minute(baseline.end)}",
        },
        measurements={
            "confidence": baseline.confidence,
            "sample_size": float(most),
            "response_time_p50_ms": times.p50 if times else None,
            "response_time_p95_ms": times.p95 if times else None,
            "error_rate": errors.center if errors else None,
        },
    )


def _metric(metric: SeasonalBaseline) -> MetricView:
    minutes = _MONDAY + HOUR_M * np.arange(WEEKDAYS * HOURS) + HOUR_M // 2
    cells = zip(
        metric.centers(minutes).tolist(),
        metric.spreads(minutes).tolist(),
        metric.cell_samples,
        strict=True,
    )
    return MetricView(
        metric.center,
        metric.p5,
        metric.p50,
        metric.p95,
        metric.quantiles_of,
        metric.confidence,
        metric.interval,
        metric.sample_size,
        metric.hours,
        [CellView(*divmod(at, HOURS), *cell) for at, cell in enumerate(cells)],
    )
