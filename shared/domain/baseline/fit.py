"""From observed hours to baselines, with how sure they are.

A value counts by its samples and by how much of its step was observed, n / (n + 20) times that
share.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.baseline.baseline import (
    HOURS,
    WEEKDAYS,
    Basis,
    ConfidenceInterval,
    Scale,
    SeasonalBaseline,
    from_scale,
    hour_of,
    to_scale,
    weekday_of,
)
from shared.domain.baseline.confidence import confidence
from shared.domain.baseline.interval import LEVEL, half_width, rate_half_width
from shared.domain.baseline.metrics import ERROR_RATE, BaselineMetric
from shared.domain.baseline.observation import Observed
from shared.domain.baseline.seasonal_fit import Fit, Grid, fit_seasons
from shared.domain.baseline.single_requests import SHARES, single_noise, single_quantiles
from shared.domain.label import Labels
from shared.domain.packing import Floats, Ints
from shared.domain.timeline import DAY_M, HOUR_M

FEWEST_SAMPLES = 5
_HALF_WEIGHT = 20


@dataclass(frozen=True, slots=True)
class Period:
    """What baselines are learned from.

    Attributes:
        first: the first minute.
        end: the minute after the last.
        step_m: minutes of a value: 60, or 5 on the first day.
    """

    first: int
    end: int
    step_m: int = HOUR_M


def fit_baselines(
    metric: BaselineMetric, observed: Observed, period: Period
) -> dict[Labels, SeasonalBaseline]:
    """Return what is normal for each series; those with fewer than 5 samples are left out.

    Args:
        metric: which one.
        observed: its values, in any order; what lies outside of the period is left out.
        period: what may be looked at.
    """
    usable = _usable(metric, observed, period)
    if not usable.any():
        return {}
    series, slots = observed.series[usable], observed.slots[usable]
    values, samples = observed.values[usable], observed.samples[usable]
    scaled = to_scale(metric.scale, values)
    cells, grid = _grid(metric, len(observed.labels), (series, slots, scaled, samples), period)
    quantiles = single_quantiles(metric, observed)
    fit = fit_seasons(grid, single_noise(metric, quantiles))
    residuals, weights = fit.residuals[cells], fit.weights[cells]
    found: dict[Labels, SeasonalBaseline] = {}
    for at in np.unique(series).tolist():
        own = series == at
        rows = _Rows(
            slots[own], values[own], samples[own], residuals[own], weights[own], grid.weights[at]
        )
        if rows.samples.sum() >= FEWEST_SAMPLES:
            found[observed.labels[at]] = _baseline(metric, fit, at, rows, quantiles[:, at], period)
    return found


@dataclass(frozen=True, slots=True)
class _Rows:
    """The values of one series."""

    slots: Ints
    values: Floats
    samples: Ints
    residuals: Floats
    weights: Floats
    given: Floats


def _usable(metric: BaselineMetric, observed: Observed, period: Period) -> NDArray[np.bool_]:
    inside = (observed.slots + period.step_m > period.first) & (observed.slots < period.end)
    positive = observed.values > 0 if metric.scale is Scale.LOG else np.isfinite(observed.values)
    return inside & positive


def _grid(
    metric: BaselineMetric,
    series_count: int,
    columns: tuple[Ints, Ints, Floats, Ints],
    period: Period,
) -> tuple[tuple[Ints, Ints, Ints], Grid]:
    """Return the place of each value, and the values in their places."""
    series, slots, scaled, samples = columns
    day = slots // DAY_M
    first_day = int(day.min())
    shape = (series_count, int(day.max()) - first_day + 1, DAY_M // period.step_m)
    cells = (series, day - first_day, slots % DAY_M // period.step_m)
    filled, counted, weights = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    filled[cells], counted[cells] = scaled, samples
    weights[cells] = samples / (samples + _HALF_WEIGHT) * _observed_share(slots, period)
    starts, ends = np.full(series_count, np.inf), np.full(series_count, -np.inf)
    np.minimum.at(starts, series, slots)
    np.maximum.at(ends, series, np.minimum(slots + period.step_m, period.end))
    span_d = np.where(np.isfinite(starts), (ends - np.where(np.isfinite(starts), starts, 0)), 0.0)
    is_rate = metric.name == ERROR_RATE
    return cells, Grid(filled, counted, weights, first_day, span_d / DAY_M, is_rate)


def _observed_share(slots: Ints, period: Period) -> Floats:
    """Return how much of each value's step lies within the period."""
    begins = np.maximum(slots, period.first)
    ends = np.minimum(slots + period.step_m, period.end)
    share: Floats = (ends - begins) / period.step_m
    return share


def _baseline(
    metric: BaselineMetric, fit: Fit, at: int, rows: _Rows, quantiles: Floats, period: Period
) -> SeasonalBaseline:
    samples = int(rows.samples.sum())
    observed_h = float(_observed_share(rows.slots, period).sum()) * period.step_m / HOUR_M
    ends = min(int(rows.slots.max()) + period.step_m, period.end)
    days = (ends - max(int(rows.slots.min()), period.first)) / DAY_M
    level, by_request = float(fit.level[at]), bool(np.isfinite(quantiles).all())
    if not by_request:
        quantiles = np.quantile(rows.values, SHARES)
    cells = weekday_of(rows.slots) * HOURS + hour_of(rows.slots)
    return SeasonalBaseline(
        scale=metric.scale,
        level=level,
        hour_effects=tuple(fit.hours[at].tolist()),
        weekday_effects=tuple(fit.weekdays[at].tolist()),
        sd=float(fit.sd[at]),
        noise=float(fit.noise[at]),
        step_m=period.step_m,
        step_samples=float(fit.step_samples[at]),
        p5=float(quantiles[0]),
        p50=float(quantiles[1]),
        p95=float(quantiles[2]),
        quantiles_of=Basis.REQUESTS if by_request else Basis.HOURS,
        interval=_interval(metric, level, rows),
        sample_size=samples,
        hours=observed_h,
        confidence=confidence(days=days, hours=observed_h, samples=samples),
        cell_samples=tuple(
            np.bincount(cells, rows.samples, WEEKDAYS * HOURS).astype(np.int64).tolist()
        ),
    )


def _interval(metric: BaselineMetric, level: float, rows: _Rows) -> ConfidenceInterval | None:
    counted = rows.weights > 0
    found = half_width(rows.residuals[counted], rows.weights[counted], rows.slots[counted])
    if found is None:
        return None
    half, method = found
    if metric.name == ERROR_RATE:
        total = float(rows.samples[counted].sum())
        failures = float((rows.values * rows.samples)[counted].sum())
        half = max(half, rate_half_width(failures, total))
        method += ", at least Agresti and Coull's"
    ends = from_scale(metric.scale, np.array([level - half, level + half]))
    if metric.name == ERROR_RATE:
        ends = np.clip(ends, 0.0, 1.0)
    return ConfidenceInterval(float(ends[0]), float(ends[1]), LEVEL, method)
