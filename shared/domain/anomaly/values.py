"""What is scored: from minutes of rollups to one value a series and step.

Of requests, by model and deployment: how many, the share that failed, the mean response time and
time to first token of successes, mean tokens. Of clients' gauges, histograms and timers, by model,
deployment, resource and name: the mean. What is taken over fewer than five requests is shown and
not judged; of a gauge one report is enough. A series without samples has no value, which is not
zero.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from shared.domain import label
from shared.domain.anomaly.board import SeriesName
from shared.domain.anomaly.watch import STEP_M, Worse
from shared.domain.label import Labels
from shared.domain.metric import names
from shared.domain.metric.sampling import exact_totals
from shared.domain.packing import Floats, Ints
from shared.domain.record.metric_record import MetricKind
from shared.domain.rollup.measures import METRIC_MEASURES, REQUEST_MEASURES, Kind
from shared.domain.rollup.rollup import Rollup, aggregate

FEWEST_REQUESTS = 5
_US_PER_MS = 1000.0


@dataclass(frozen=True, slots=True)
class RequestSeries:
    """One series of a deployment's requests.

    Attributes:
        name: in answers and labels; ends in its unit.
        unit: of its values (UCUM).
        count: the measure that counts its samples.
        total: the measure whose sum over the count is the value; `failed` stands for n - n_ok;
            empty where the count itself is.
        scale: stored units in one unit.
        worse: on which side of normal a deviation is for the worse.
    """

    name: str
    unit: str
    count: str
    total: str = ""
    scale: float = 1.0
    worse: Worse = Worse.EITHER


REQUEST_SERIES = (
    RequestSeries("requests", "{request}", "n"),
    RequestSeries("error_rate", "1", "n", "failed", worse=Worse.ABOVE),
    RequestSeries("response_time_avg_ms", "ms", "n_ok", "latency_sum", _US_PER_MS, Worse.ABOVE),
    RequestSeries(
        "time_to_first_token_avg_ms",
        "ms",
        "first_token_n",
        "first_token_sum",
        _US_PER_MS,
        Worse.ABOVE,
    ),
    RequestSeries("tokens_per_request", "{token}", "usage_n", "usage_sum"),
)
_WORSE = {series.name: series.worse for series in REQUEST_SERIES}
MEASURES: Mapping[Kind, frozenset[str]] = {
    Kind.REQUEST: frozenset(
        {"n", "n_ok"}
        | {series.count for series in REQUEST_SERIES}
        | {series.total for series in REQUEST_SERIES if series.total not in ("", "failed")}
    ),
    Kind.METRIC: frozenset({"n", "sum"}),
}
_MEANS = (MetricKind.GAUGE, MetricKind.HISTOGRAM, MetricKind.TIMER)


class StepValue(NamedTuple):
    """A series' value in one step.

    Attributes:
        value: finite.
        few: whether too few samples make it up for it to be judged.
    """

    value: float
    few: bool


type StepValues = dict[int, dict[SeriesName, StepValue]]


def worse_side(metric: str) -> Worse:
    """Return on which side of normal a series' deviation is for the worse."""
    return Worse.BELOW if names.is_quality(metric) else _WORSE.get(metric, Worse.EITHER)


def step_values(requests: Iterable[Rollup], metrics: Iterable[Rollup]) -> StepValues:
    """Return step -> series -> value, of the minutes given; busiest deployments come first.

    Args:
        requests: rollups of requests, by minute.
        metrics: rollups of clients' metrics, likewise.
    """
    found: StepValues = {}
    only = MEASURES[Kind.REQUEST]
    whole = aggregate(requests, REQUEST_MEASURES, key=_deployment, step=_step, only=only)
    order = np.lexsort((whole.series, -whole.ints("n"), whole.slots))
    for each in REQUEST_SERIES:
        samples = whole.ints(each.count)
        values = _values(each, whole, samples)
        keys = [SeriesName(model, name, "", each.name) for (_, model), (_, name) in whole.labels]
        fewest = FEWEST_REQUESTS if each.total else 1
        _add(found, keys, whole, values, samples, order, fewest=fewest)
    gauges = aggregate(metrics, METRIC_MEASURES, key=_gauge, step=_step, only=MEASURES[Kind.METRIC])
    samples = gauges.ints("n")
    values = exact_totals(gauges, "sum") / np.maximum(samples, 1)
    keys = [SeriesName(*(text for _, text in own)) for own in gauges.labels]
    _add(found, keys, gauges, values, samples, np.arange(len(gauges)), fewest=1)
    return found


def _values(series: RequestSeries, whole: Rollup, samples: Ints) -> Floats:
    if not series.total:
        return samples.astype(np.float64)
    failed = series.total == "failed"
    totals = whole.ints("n") - whole.ints("n_ok") if failed else whole.ints(series.total)
    return totals / series.scale / np.maximum(samples, 1)


def _add(
    found: StepValues,
    keys: Sequence[SeriesName],
    whole: Rollup,
    values: Floats,
    samples: Ints,
    order: Ints,
    *,
    fewest: int,
) -> None:
    kept = order[(samples[order] > 0) & np.isfinite(values[order])]
    columns = (whole.slots[kept], whole.series[kept], values[kept], samples[kept])
    for step, series, value, count in zip(*(each.tolist() for each in columns), strict=True):
        found.setdefault(step, {})[keys[series]] = StepValue(value, count < fewest)


def _step(slots: Ints) -> Ints:
    return slots - slots % STEP_M


def _deployment(labels: Labels) -> Labels | None:
    own = dict(labels)
    found = tuple((name, own.get(name, "")) for name in (label.MODEL, label.DEPLOYMENT))
    # What is counted together beyond the cap of series is nobody's behaviour.
    return None if any(text == label.OTHER for _, text in found) else found


def _gauge(labels: Labels) -> Labels | None:
    own = dict(labels)
    metric = own[label.METRIC_NAME]
    if metric in names.OWN or own[label.METRIC_KIND] not in _MEANS:
        return None
    asked = (label.MODEL, label.DEPLOYMENT, label.RESOURCE)
    return (*((name, own.get(name, "")) for name in asked), (label.METRIC_NAME, metric))
