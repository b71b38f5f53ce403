"""What a span of time may bring, as a baseline tells, and how unlikely a value is then.

A p-value against the spread between *requests* says nothing: with 100,000 requests an hour every
difference is significant. A whole hour differs from its normal by more than sampling, so a value
is held against a prediction interval of the spread between hours and of the sampling error of its
own requests:

    variance = between-hour variance + (noise of one request)^2 / requests

For values on a scale the interval is Student's t with one degree of freedom less than the baseline
has steps, through Wallace's transformation to a normal deviate
(doi:10.1214/aoms/1177706198). Failures of requests follow a beta-binomial distribution with the
baseline's rate and between-hour variance, which is exact where there are few.
"""

import math
from dataclasses import dataclass

import numpy as np

from shared.domain.baseline.baseline import Scale, SeasonalBaseline, from_scale
from shared.domain.packing import Floats
from shared.domain.timeline import HOUR_M

LEVEL = 0.999
# Two-sided 99.9 % quantile of the normal distribution.
DEVIATIONS = 3.290527
# Beyond this the spread between hours outweighs sampling, and the tables would only grow.
_MOST_COUNTED = 50_000
_FEWEST_STEPS = 3.0


@dataclass(frozen=True, slots=True)
class Prediction:
    """Where a value was to be expected.

    Attributes:
        center: what is normal, in the metric's unit.
        low: lower end of the 99.9 % interval, likewise.
        high: upper end, likewise.
        p_value: how likely a value as far from the centre is, both sides, 0..1.
    """

    center: float
    low: float
    high: float
    p_value: float

    @property
    def is_unusual(self) -> bool:
        """Tell whether the value lies outside of the interval."""
        return self.p_value < 1 - LEVEL


def predict(
    baseline: SeasonalBaseline, value: float, samples: int, *, minute: int, window_m: int
) -> Prediction:
    """Return where the mean or quantile of a span was to be expected.

    Args:
        baseline: of the metric.
        value: what was seen, in the metric's unit; > 0 on a logarithmic scale.
        samples: requests it was made from, > 0.
        minute: the middle of the span.
        window_m: how long the span is.
    """
    center = float(baseline.centers(np.array([minute]), window_m)[0])
    sd = _sd(baseline, samples, window_m)
    freedom = max(baseline.hours * HOUR_M / baseline.step_m, _FEWEST_STEPS) - 1
    reach = sd * _student(DEVIATIONS, freedom)
    off = _scaled(baseline.scale, value) - _scaled(baseline.scale, center)
    middle = _scaled(baseline.scale, center)
    low, high = from_scale(baseline.scale, np.array([middle - reach, middle + reach]))
    deviations = _normal(abs(off) / sd, freedom) if sd > 0 else math.inf if off else 0.0
    return Prediction(center, float(low), float(high), _two_sided(deviations))


def predict_rate(
    baseline: SeasonalBaseline, failures: int, requests: int, *, minute: int, window_m: int
) -> Prediction:
    """Return where the share of failures was to be expected.

    Args:
        baseline: of the error rate.
        failures: how many failed.
        requests: of how many, > 0.
        minute: the middle of the span.
        window_m: how long the span is.
    """
    center = float(baseline.centers(np.array([minute]), window_m)[0])
    # A rate never seen is not impossible: half a failure among all that was learned from.
    least = 0.5 / max(baseline.sample_size, 1)
    rate = min(max(center, least), 1 - least)
    between = _between(baseline)
    counted = min(requests, _MOST_COUNTED)
    seen = round(failures / requests * counted)
    chances = _beta_binomial(counted, rate, min(between / (rate * (1 - rate)), 0.9))
    upto = np.cumsum(chances)
    above, below = float(chances[seen:].sum()), float(upto[seen])
    tail = (1 - LEVEL) / 2
    low = float(np.searchsorted(upto, tail)) / counted
    high = min(float(np.searchsorted(upto, 1 - tail)), counted) / counted
    return Prediction(center, low, high, min(1.0, 2 * min(above, below)))


def _between(baseline: SeasonalBaseline) -> float:
    """Return the variance between steps, without sampling, on the scale."""
    return float(max(baseline.sd**2 - baseline.noise**2 / baseline.step_samples, 0.0))


def _sd(baseline: SeasonalBaseline, samples: int, window_m: int) -> float:
    longest = min(max(window_m, baseline.step_m), HOUR_M)
    sampled = baseline.noise**2 * (1 / samples - 1 / baseline.step_samples)
    # However many the requests: no span is calmer than independent steps would make it.
    return math.sqrt(max(baseline.sd**2 + sampled, baseline.sd**2 * baseline.step_m / longest))


def _scaled(scale: Scale, value: float) -> float:
    return math.log(value) if scale is Scale.LOG else value


def _normal(student: float, freedom: float) -> float:
    inner = freedom * math.log1p(student**2 / freedom)
    return (8 * freedom + 1) / (8 * freedom + 3) * math.sqrt(inner)


def _student(normal: float, freedom: float) -> float:
    inner = (normal * (8 * freedom + 3) / (8 * freedom + 1)) ** 2
    return math.sqrt(freedom * math.expm1(inner / freedom))


def _two_sided(deviations: float) -> float:
    return math.erfc(deviations / math.sqrt(2))


def _beta_binomial(count: int, rate: float, overdispersion: float) -> Floats:
    """Return the chance of 0, 1, ... count failures; overdispersion 0 is the binomial."""
    at = np.arange(count, dtype=np.float64)
    if overdispersion > 1e-9:
        spread = 1 / overdispersion - 1
        alpha, beta = rate * spread, (1 - rate) * spread
        odds = (alpha + at) / (beta + count - 1 - at)
    else:
        odds = np.full(count, rate / (1 - rate))
    logs = np.concatenate([[0.0], np.cumsum(np.log((count - at) / (at + 1) * odds))])
    chances = np.exp(logs - logs.max())
    found: Floats = chances / chances.sum()
    return found
