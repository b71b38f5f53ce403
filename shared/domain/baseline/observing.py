"""From rollups to what baselines are learned from: one value a series and step, and its samples.

A series is a model and one of its deployments, or, with the deployment empty, all of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import numpy as np

from shared.domain import label
from shared.domain.annotation.annotation import Incident
from shared.domain.baseline.metrics import (
    METRIC_MEASURES,
    REQUEST_MEASURES,
    REQUEST_METRICS,
    BaselineMetric,
    quality_metric,
)
from shared.domain.baseline.observation import Observed, row_quantiles, tallied
from shared.domain.label import Labels
from shared.domain.metric.names import is_quality
from shared.domain.metric.sampling import exact_totals
from shared.domain.packing import Floats, Ints
from shared.domain.rollup.measures import MEASURES as MEASURES_OF
from shared.domain.rollup.measures import Kind, Measures
from shared.domain.rollup.rollup import Rollup, Sparse, aggregate

MEASURES = {Kind.REQUEST: REQUEST_MEASURES, Kind.METRIC: METRIC_MEASURES}


type Parts = dict[BaselineMetric, list[Observed]]


def observe(
    kind: Kind,
    rollups: Iterable[Rollup],
    incidents: Sequence[Incident],
    *,
    step_m: int,
    parts: Parts,
) -> None:
    """Add what rollups tell to what was observed so far.

    Args:
        kind: of the rollups.
        rollups: rows of hours or of minutes.
        incidents: what is left out.
        step_m: minutes of a value, a multiple of each row's.
        parts: metric -> what was observed so far.
    """
    measures, only = MEASURES_OF[kind], MEASURES[kind]
    kept = [_without(part, incidents, step_m) for part in rollups]
    key = partial(_series_key, kind)
    step = partial(_step, step_m)
    single = aggregate(kept, measures, key=key, step=step, only=only)
    every = aggregate([single], measures, key=_all_deployments, only=only)
    for whole in (_named(single), every):
        for metric, found in _each_metric(kind, whole, measures):
            parts.setdefault(metric, []).append(found)


def _without(rollup: Rollup, incidents: Sequence[Incident], step_m: int) -> Rollup:
    """Return a rollup without the rows that an incident touches; whole steps go."""
    kept = np.ones(len(rollup), np.bool_)
    begins = rollup.slots - rollup.slots % step_m
    for each in incidents:
        concerned = np.array([each.concerns(dict(labels)) for labels in rollup.labels], np.bool_)
        during = (begins < each.end) & (begins + step_m > each.first)
        if len(rollup):
            kept &= ~(during & concerned[rollup.series])
    return rollup.where(kept)


def _step(step_m: int, slots: Ints) -> Ints:
    return slots - slots % step_m


def _series_key(kind: Kind, labels: Labels) -> Labels | None:
    own = dict(labels)
    model = own.get(label.MODEL)
    if not model:
        return None
    series = ((label.MODEL, model), (label.DEPLOYMENT, own.get(label.DEPLOYMENT, "")))
    if kind is Kind.REQUEST:
        return series
    metric = own.get(label.METRIC_NAME, "")
    return (*series, (label.METRIC_NAME, metric)) if is_quality(metric) else None


def _named(rollup: Rollup) -> Rollup:
    """Return the rows that name a deployment; the others count for the model only."""
    named = np.array([bool(dict(each)[label.DEPLOYMENT]) for each in rollup.labels], np.bool_)
    return rollup.where(named[rollup.series]) if len(rollup) else rollup


def _all_deployments(labels: Labels) -> Labels:
    return tuple((name, "" if name == label.DEPLOYMENT else text) for name, text in labels)


def _each_metric(
    kind: Kind, whole: Rollup, measures: Measures
) -> Iterator[tuple[BaselineMetric, Observed]]:
    """Yield the values of each metric that has any."""
    if not len(whole):
        return
    # The metrics of one sketch share its tally; those of quality have a rollup each.
    tallies: dict[tuple[str, str], Sparse] = {}
    for metric, rows in _metrics(kind, whole, measures):
        found = _observed(metric, rows, tallies)
        if len(found.values):
            yield metric, found


def _metrics(
    kind: Kind, whole: Rollup, measures: Measures
) -> Iterable[tuple[BaselineMetric, Rollup]]:
    if kind is Kind.REQUEST:
        yield from ((metric, whole) for metric in REQUEST_METRICS)
        return
    for metric in sorted({dict(labels)[label.METRIC_NAME] for labels in whole.labels}):
        name = partial(_of_metric, metric)
        yield quality_metric(metric), aggregate([whole], measures, key=name)


def _of_metric(metric: str, labels: Labels) -> Labels | None:
    *series, (_, own) = labels
    return tuple(series) if own == metric else None


def _observed(
    metric: BaselineMetric, rollup: Rollup, tallies: dict[tuple[str, str], Sparse]
) -> Observed:
    sketch = rollup.sparse.get(metric.sketch)
    samples = _samples(metric, rollup, sketch)
    if metric.share is None:
        values = _totals(metric, rollup) / np.maximum(samples, 1)
    elif sketch is None:
        values = np.full(len(rollup), np.nan)
    else:
        values = row_quantiles(sketch, len(rollup), metric.share)
    kept = (samples > 0) & np.isfinite(values)
    of_series = None
    if sketch is not None:
        place = (metric.sketch, metric.name if metric.total == "sum" else "")
        if place not in tallies:
            series = rollup.series[sketch.rows]
            tallies[place] = tallied(series, sketch.keys, sketch.sums)
        of_series = tallies[place]
    return Observed(
        rollup.labels,
        rollup.series[kept],
        rollup.slots[kept],
        values[kept] / metric.unit,
        samples[kept],
        of_series,
    )


def _samples(metric: BaselineMetric, rollup: Rollup, sketch: Sparse | None) -> Ints:
    if metric.count:
        return rollup.ints(metric.count)
    counts = np.zeros(len(rollup), np.int64)
    if sketch is not None:
        np.add.at(counts, sketch.rows, sketch.sums)
    return counts


def _totals(metric: BaselineMetric, rollup: Rollup) -> Floats:
    if metric.total == "failed":
        return (rollup.ints("n") - rollup.ints("n_ok")).astype(np.float64)
    if metric.total in rollup.measures.sparse:
        return exact_totals(rollup, metric.total)
    return rollup.ints(metric.total).astype(np.float64)
