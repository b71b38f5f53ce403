"""What there is to judge models by: a span, the hours of the last week, and the last days.

Measured the way baselines are (`observation`), so that both compare.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from shared.domain import label
from shared.domain.baseline.baseline import SeasonalBaseline
from shared.domain.baseline.metrics import ERROR_RATE
from shared.domain.baseline.observation import Parts, observe, stacked
from shared.domain.degradation.degradation import Began, Change, Gates, Reading, changes_of, rank
from shared.domain.degradation.drift import DRIFT_D, drift_of
from shared.domain.degradation.level_shift import Steps, by_time, hour_of_change, shift_of
from shared.domain.forecast.daily_series import DailySeries
from shared.domain.label import Labels
from shared.domain.packing import Ints
from shared.domain.rollup.measures import MEASURES, Kind
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, EPOCH

# (model, deployment); the deployment is empty where it is about all of them.
type Name = tuple[str, str]
type Timelines = Mapping[Name, Mapping[str, Steps]]

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


def collapsed(kind: Kind, parts: Iterable[Rollup], span: Span, wanted: Name | None) -> Rollup:
    """Return one row a series over a whole span.

    Args:
        kind: of the records.
        parts: its rollups.
        span: whose first minute the rows get.
        wanted: the model, and deployment unless empty, of the rows to keep; None keeps all.
    """

    def key(labels: Labels) -> Labels | None:
        return labels if concerns(wanted, labels) else None

    def step(slots: Ints) -> Ints:
        return np.full(len(slots), span.first, np.int64)

    return aggregate(parts, MEASURES[kind], key=key, step=step)


def concerns(wanted: Name | None, labels: Labels) -> bool:
    """Tell whether a series belongs to a name; None stands for every one."""
    if wanted is None:
        return True
    own = dict(labels)
    model, deployment = wanted
    return own.get(label.MODEL) == model and deployment in ("", own.get(label.DEPLOYMENT))


def readings_of(rollups: Mapping[Kind, Rollup]) -> dict[Name, dict[str, Reading]]:
    """Return what metrics were over a span, from one row a series."""
    found: dict[Name, dict[str, Reading]] = {}
    for name, metrics in timelines_of({k: [r] for k, r in rollups.items()}, 1).items():
        found[name] = {
            metric: Reading(float(steps.values[0]), int(steps.samples[0]))
            for metric, steps in metrics.items()
        }
    return found


def timelines_of(
    rollups: Mapping[Kind, Sequence[Rollup]], step_m: int
) -> dict[Name, dict[str, Steps]]:
    """Return the values of metrics by step of time.

    Args:
        rollups: rows of at most that step.
        step_m: minutes of a value.
    """
    parts: Parts = {}
    for kind, held in rollups.items():
        observe(kind, held, [], step_m=step_m, parts=parts)
    found: dict[Name, dict[str, Steps]] = {}
    for metric, each in parts.items():
        observed = stacked(each)
        for at, labels in enumerate(observed.labels):
            own = observed.series == at
            rows = (observed.slots[own], observed.values[own], observed.samples[own])
            if own.any():
                steps = by_time(zip(*(column.tolist() for column in rows), strict=True))
                found.setdefault(_name(labels), {})[metric.name] = steps
    return found


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


def _name(labels: Labels) -> Name:
    own = dict(labels)
    return own[label.MODEL], own[label.DEPLOYMENT]
