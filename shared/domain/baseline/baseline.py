"""What is normal for a model at each hour of the week, and how sure that is.

On a metric's scale (logarithmic for times, tokens and speed; plain for rates and scores) the normal
value at a time is

    level + effect of the hour of the day + effect of the weekday          (UTC, weekday 0 a Monday)

24 + 7 effects rather than 168 cells, each of which a month would give four values. Around it the
values of whole hours lie with the robust standard deviation `sd`; a shorter window of fewer
requests scatters more, by the sampling noise of one request over their number.
"""

from datetime import datetime
from enum import StrEnum

import msgspec
import numpy as np

from shared.domain.packing import Floats, Ints
from shared.domain.timeline import DAY_M, HOUR_M

WEEKDAYS = 7
HOURS = 24
# 1970-01-01 was a Thursday.
_FIRST_WEEKDAY = 3


class Scale(StrEnum):
    """On which scale effects add up."""

    LOG = "log"
    PLAIN = "plain"


class Basis(StrEnum):
    """What p5, p50 and p95 are quantiles of."""

    REQUESTS = "requests"
    HOURS = "hours"


class ConfidenceInterval(msgspec.Struct, frozen=True):
    """Where the centre lies with a probability.

    Attributes:
        low: lower end, in the metric's unit.
        high: upper end, in the metric's unit.
        level: the probability, 0..1.
        method: how it was found.
    """

    low: float
    high: float
    level: float
    method: str


class SeasonalBaseline(msgspec.Struct, frozen=True, kw_only=True):
    """What is normal for one metric.

    Attributes:
        scale: of the level, the effects, sd and noise.
        level: the centre over all hours of the week.
        hour_effects: 24, by hour of the day, UTC; zeros until there are enough days.
        weekday_effects: 7, from Monday; zeros until there are enough weeks.
        sd: robust standard deviation of the values of steps around their normal, >= 0.
        noise: standard deviation that one request alone would add, >= 0.
        step_m: minutes a value was taken over: 60, or 5 on the first day.
        step_samples: samples in a typical step, > 0.
        p5: quantile of what `quantiles_of` says, in the metric's unit.
        p50: likewise.
        p95: likewise.
        quantiles_of: single requests, or the values of hours where requests have no sketch.
        interval: of the centre; None where there are too few values.
        sample_size: samples it was learned from.
        hours: hours with any of them; those of parts of hours count in part.
        confidence: 0..1, see `baseline_fit`.
        cell_samples: 168, samples by weekday and hour.
    """

    scale: Scale
    level: float
    hour_effects: tuple[float, ...]
    weekday_effects: tuple[float, ...]
    sd: float
    noise: float
    step_m: int
    step_samples: float
    p5: float
    p50: float
    p95: float
    quantiles_of: Basis
    interval: ConfidenceInterval | None
    sample_size: int
    hours: float
    confidence: float
    cell_samples: tuple[int, ...]

    @property
    def center(self) -> float:
        """Return the centre over all hours of the week, in the metric's unit."""
        return float(from_scale(self.scale, np.array(self.level)))

    def centers(self, minutes: Ints, window_m: int = HOUR_M) -> Floats:
        """Return what is normal at minutes, in the metric's unit.

        Args:
            minutes: the times.
            window_m: minutes around each; beyond an hour the normal of its hours is averaged.
        """
        around = np.arange(HOUR_M // 2, max(window_m, HOUR_M), HOUR_M) - max(window_m, HOUR_M) // 2
        times = minutes[:, None] + around
        hour = np.array(self.hour_effects)[hour_of(times)]
        weekday = np.array(self.weekday_effects)[weekday_of(times)]
        return from_scale(self.scale, self.level + (hour + weekday).mean(axis=1))

    def spreads(self, minutes: Ints, window_m: int = HOUR_M) -> Floats:
        """Return the robust standard deviations around `centers`, in the metric's unit."""
        sd = self.sd_over(window_m)
        if self.scale is Scale.PLAIN:
            return np.full(len(minutes), sd)
        found: Floats = self.centers(minutes, window_m) * np.sinh(sd)
        return found

    def sd_over(self, window_m: int) -> float:
        """Return the robust standard deviation of a window's values, on the scale.

        Sampling noise falls with the requests in a window, the rest stays; nothing falls faster
        than independent values do.
        """
        longest = max(window_m, 1) if self.step_m < HOUR_M else min(max(window_m, 1), HOUR_M)
        samples = max(self.step_samples * longest / self.step_m, 1.0)
        added = self.noise**2 * (1 / samples - 1 / self.step_samples)
        least = self.sd**2 * min(1.0, self.step_m / longest)
        return float(np.sqrt(max(self.sd**2 + added, least)))


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What is normal for a model, or for one deployment of it.

    Attributes:
        model: its name.
        deployment: its name; empty where it is about all deployments of the model.
        version: 1 for the first, then counting; see `services.baselines`.
        established_at: when it was computed last, UTC.
        first: the first minute it was learned from.
        end: the minute after the last; nothing from there on is in it.
        pinned: True where the timer leaves it alone.
        confidence: 0..1, of its best known metric.
        metrics: name -> what is normal; see `baseline_metrics`.
    """

    model: str
    deployment: str
    version: int
    established_at: datetime
    first: int
    end: int
    pinned: bool
    confidence: float
    metrics: dict[str, SeasonalBaseline]


def hour_of(minutes: Ints) -> Ints:
    """Return the hour of the day of each minute, UTC."""
    return minutes % DAY_M // HOUR_M


def weekday_of(minutes: Ints) -> Ints:
    """Return the weekday of each minute, UTC, 0 for a Monday."""
    return (minutes // DAY_M + _FIRST_WEEKDAY) % WEEKDAYS


def to_scale(scale: Scale, values: Floats) -> Floats:
    """Return values on a scale; logarithms of positive ones only."""
    found: Floats = np.log(values) if scale is Scale.LOG else values
    return found


def from_scale(scale: Scale, values: Floats) -> Floats:
    """Return values of a scale in the metric's unit."""
    found: Floats = np.exp(values) if scale is Scale.LOG else values
    return found
