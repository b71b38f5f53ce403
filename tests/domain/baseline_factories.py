"""Observed hours with a known truth, for baselines to recover."""

from typing import Any

import numpy as np

from shared.domain.baseline.baseline import SeasonalBaseline, hour_of, weekday_of
from shared.domain.baseline.fit import Period, fit_baselines
from shared.domain.baseline.metrics import REQUEST_METRICS, BaselineMetric
from shared.domain.baseline.observation import Observed
from shared.domain.label import Labels
from shared.domain.timeline import DAY_M, HOUR_M, minute_of
from tests.domain.factories import T0

END = minute_of(T0) // DAY_M * DAY_M
SERIES: Labels = (("model", "gpt-5"), ("deployment", ""))
METRICS = {metric.name: metric for metric in REQUEST_METRICS}
RESPONSE_TIME = METRICS["response_time_ms"]
ERRORS = METRICS["error_rate"]
HOUR_EFFECTS = 0.3 * np.sin(np.arange(24) * np.pi / 12)
WEEKDAY_EFFECTS = np.array([0.1, 0.1, 0.1, 0.1, 0.1, -0.25, -0.25])


def hours(days: float, end: int = END) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the hours of the days that end at a minute."""
    return np.arange(end - round(days * DAY_M), end, HOUR_M)


def observed(
    slots: np.ndarray[Any, np.dtype[np.int64]],
    values: np.ndarray[Any, np.dtype[np.float64]],
    samples: int | np.ndarray[Any, np.dtype[np.int64]] = 200,
) -> Observed:
    """Return values of one series."""
    counts = np.broadcast_to(np.asarray(samples, np.int64), slots.shape)
    return Observed([SERIES], np.zeros(len(slots), np.int64), slots, values, counts, None)


def seasonal(days: float, *, sd: float = 0.05, seed: int = 1, level: float = 1000.0) -> Observed:
    """Return response times with the effects above and independent noise on the log scale."""
    slots = hours(days)
    noise = np.random.default_rng(seed).normal(0, sd, len(slots))
    effects = HOUR_EFFECTS[hour_of(slots)] + WEEKDAY_EFFECTS[weekday_of(slots)]
    return observed(slots, level * np.exp(effects + noise))


def fitted(
    given: Observed, metric: BaselineMetric = RESPONSE_TIME, period: Period | None = None
) -> SeasonalBaseline:
    """Return the baseline of the one series."""
    return fit_baselines(metric, given, period or Period(END - 30 * DAY_M, END))[SERIES]


def center_at(baseline: SeasonalBaseline, minute: int) -> float:
    """Return what is normal at a minute, in the metric's unit."""
    return float(baseline.centers(np.array([minute]))[0])


def spread_at(baseline: SeasonalBaseline, minute: int, window_m: int = HOUR_M) -> float:
    """Return the robust standard deviation of a window's values around it, in the metric's unit."""
    return float(baseline.spreads(np.array([minute]), window_m)[0])
