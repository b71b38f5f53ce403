"""What there is to judge models by: a span, the hours of the last week, and the last days.

How a change is found in it: by the span alone, by a level that lasts, by a slow drift.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from shared.domain.baseline.baseline import SeasonalBaseline
from shared.domain.baseline.metrics import ERROR_RATE
from shared.domain.degradation.change import Began, Change
from shared.domain.degradation.degradation import Gates, Reading, changes_of, rank
from shared.domain.degradation.drift import DRIFT_D, drift_of
from shared.domain.degradation.level_shift import Steps, hour_of_change, shift_of
from shared.domain.degradation.timelines import Name, Timelines
from shared.domain.forecast.daily_series import DailySeries
from shared.domain.rollup.rollup import Rollup
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, EPOCH

_FEWEST_IN_DAY = 30
# Family of metrics -> the one whose hours tell when all of them changed.
_TIMED_BY = {
    "response_time": "response_time_avg_ms",
    "time_to_first_token": "time_to_first_token_avg_ms",
    ERROR_RATE: ERROR_RATE,
    "tokens_per_request": "tokens_per_request",
}
TIMED_MEASURES = frozenset(
    {"n", "n_ok", "latency_sum", "first_token_n", "first_token_sum", "usage_n", "usage_sum"}
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of every series.

    Attributes:
        span: what is judged.
        current: requests of the span, one row a series.
        readings: name -> metric -> what it was over the span.
        hours: name -> metric -> its values by the hour.
        days: name -> metric -> its daily means.
        recent: requests of the span as they were read, in minutes where it is short.
    """

    span: Span
    current: Rollup
    readings: Mapping[Name, Mapping[str, Reading]]
    hours: Timelines = field(default_factory=dict)
    days: Timelines = field(default_factory=dict)
    recent: Sequence[Rollup] = ()

    def changes(
        self, name: Name, normal: Mapping[str, SeasonalBaseline], gates: Gates
    ) -> list[Change]:
        """Return how a series changed, what is worse first.

        Args:
            name: of the series.
            normal: metric -> its baseline.
            gates: what a change has to pass.
        """
        hours, days = self.hours.get(name, {}), self.days.get(name, {})
        found: list[Change] = []
        known: dict[tuple[str | None, bool], Began | None] = {}
        for change in changes_of(normal, self.readings.get(name, {}), self.span, gates):
            asked = timed_by(change.metric), change.current > change.baseline
            if asked not in known:
                known[asked] = began_of(change, normal, hours)
            found.append(change.dated(known[asked]))
        for metric in _TIMED_BY.values():
            told = {family_of(change.metric) for change in found}
            if metric in normal and family_of(metric) not in told:
                found += _lasting(metric, normal[metric], hours, days, gates)
        return sorted(found, key=rank)


def family_of(metric: str) -> str:
    """Return what a metric and others say in several ways: its name without quantile and unit."""
    return next((family for family in _TIMED_BY if metric.startswith(family)), metric)


def timed_by(metric: str) -> str | None:
    """Return the metric whose hours tell when another one changed; None where none does."""
    return _TIMED_BY.get(family_of(metric))


def began_of(
    change: Change, normal: Mapping[str, SeasonalBaseline], hours: Mapping[str, Steps]
) -> Began | None:
    """Return when a change began, to the hour; None where hours do not tell."""
    metric = timed_by(change.metric)
    if metric is None or metric not in normal or metric not in hours:
        return None
    rises = change.current > change.baseline
    return hour_of_change(normal[metric], hours[metric], rises=rises)


def _lasting(
    metric: str,
    baseline: SeasonalBaseline,
    hours: Mapping[str, Steps],
    days: Mapping[str, Steps],
    gates: Gates,
) -> list[Change]:
    found = shift_of(metric, baseline, hours[metric], gates) if metric in hours else None
    if found is None and metric in days:
        steps = days[metric]
        samples = int(steps.samples.sum())
        found = drift_of(metric, baseline, _daily(steps), samples, gates)
    return [] if found is None else [found]


def _daily(steps: Steps) -> DailySeries:
    """Return daily means, of the last 28 days that are over."""
    end = int(steps.slots.max()) // DAY_M
    values = np.full(DRIFT_D, np.nan)
    at = steps.slots // DAY_M - (end - DRIFT_D + 1)
    kept = (at >= 0) & (steps.samples >= _FEWEST_IN_DAY)
    values[at[kept]] = steps.values[kept]
    known = np.flatnonzero(~np.isnan(values))
    first = int(known[0]) if len(known) else 0
    day = EPOCH.date() + timedelta(days=end - DRIFT_D + 1 + first)
    return DailySeries(day, values[first:])
