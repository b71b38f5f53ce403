"""Where a metric's samples come from: measures, client values, splits, quotas, prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from shared.domain import label
from shared.domain.anomaly.board import Board
from shared.domain.anomaly.samples import score_samples
from shared.domain.metric import names
from shared.domain.metric.cost_samples import cost_samples
from shared.domain.metric.merging import merged
from shared.domain.metric.retirement_samples import retirement_samples
from shared.domain.metric.samples import Samples, no_samples, regrouped, stacked
from shared.domain.metric.spec import DERIVED, QUOTA_RATIOS, MetricSpec, Shape
from shared.domain.metric.unpriced_samples import unpriced_samples
from shared.domain.packing import NULL, Floats, Ints
from shared.domain.price.pricing import Pricing
from shared.domain.rollup.exact_sum import total
from shared.domain.rollup.measures import METRIC_MEASURES, REQUEST_MEASURES
from shared.domain.rollup.price_cell import kind_of_term
from shared.domain.rollup.rollup import Rollup, Sparse
from shared.domain.timeline import instant


@dataclass(frozen=True, slots=True)
class Data:
    """What samples are drawn from.

    Attributes:
        requests: rollups of requests.
        metrics: rollups of metrics.
        pricing: what models cost, and the deployments with their quotas.
        slot_m: minutes that one row of the rollups covers.
        boards: anomaly scores, in order of their steps.
    """

    requests: Sequence[Rollup] = ()
    metrics: Sequence[Rollup] = ()
    pricing: Pricing = field(default_factory=Pricing)
    slot_m: int = 1
    boards: Sequence[Board] = ()


_OF_PRICING = {
    names.COST_USD: cost_samples,
    names.UNPRICED_TOKENS: unpriced_samples,
    names.DAYS_TO_RETIREMENT: retirement_samples,
}


def samples_of(
    metric: str, data: Data, group_by: Sequence[str], where: Mapping[str, str]
) -> Samples:
    """Return a metric's samples by group and step of the data.

    Args:
        metric: its name; one never reported has no samples.
        data: where to look.
        group_by: labels that tell groups apart; a series without one has the empty text.
        where: label -> the value it must have.
    """
    if metric == names.ANOMALY_SCORE:
        return score_samples(data.boards, group_by, where)
    spec = DERIVED.get(metric)
    if spec is None:
        return _client_samples(metric, data, group_by, where)
    if metric == names.SERIES_OVERFLOW:
        return _overflow_samples(spec, data, group_by, where)
    if metric in _OF_PRICING:
        return _OF_PRICING[metric](data.requests, data.pricing, group_by, where)
    if metric in QUOTA_RATIOS:
        return _quota_samples(spec, data, group_by, where)
    if split := spec.split_by({*group_by, *where}):
        return _split_samples(spec, split, data, group_by, where)
    rollup = merged(data.requests, REQUEST_MEASURES, group_by, where, spec.measures)
    return _request_samples(spec, rollup)


def _request_samples(spec: MetricSpec, rollup: Rollup) -> Samples:
    count = _count(spec.count, rollup)
    numbers = _count(spec.total, rollup).astype(np.float64) / spec.scale
    base = count.astype(np.float64)
    if spec.shape is Shape.RATIO:
        low = high = last = numbers / np.maximum(base, 1)
    elif spec.values:
        low, high, last = (
            _scaled(rollup.ints(f"{spec.values}_{part}"), spec.scale)
            for part in ("min", "max", "last")
        )
    else:
        low = high = last = np.ones(len(rollup))
    sketch = rollup.sparse.get(spec.sketch) if spec.sketch else None
    return _ordered(rollup, count, [numbers, base, low, high, last], sketch, spec.scale)


def _count(measure: str, rollup: Rollup) -> Ints:
    if measure == "failed":
        return rollup.ints("n") - rollup.ints("n_ok")
    return rollup.ints(measure)


def _scaled(values: Ints, scale: float) -> Floats:
    return np.where(values == NULL, np.nan, values / scale)


def _client_samples(
    metric: str, data: Data, group_by: Sequence[str], where: Mapping[str, str]
) -> Samples:
    only = {"n", "sum", "value_min", "value_max", "value_last", "value_last_at", "value_sketch"}
    own = {label.METRIC_NAME: metric, **where}
    rollup = merged(data.metrics, METRIC_MEASURES, group_by, own, only)
    count = rollup.ints("n")
    columns = [
        exact_totals(rollup, "sum"),
        count.astype(np.float64),
        rollup.floats("value_min"),
        rollup.floats("value_max"),
        rollup.floats("value_last"),
    ]
    return _ordered(rollup, count, columns, rollup.sparse.get("value_sketch"), 1.0)


def exact_totals(rollup: Rollup, measure: str) -> Floats:
    """Return the sums that a measure of limbs holds, one a row."""
    totals = np.zeros(len(rollup))
    entries = rollup.sparse.get(measure)
    if entries is None:
        return totals
    bounds = np.searchsorted(entries.rows, np.arange(len(rollup) + 1)).tolist()
    places, sums = entries.keys.tolist(), entries.sums.tolist()
    for row in range(len(rollup)):
        first, end = bounds[row], bounds[row + 1]
        totals[row] = total(places[first:end], sums[first:end])
    return totals


def _overflow_samples(
    spec: MetricSpec, data: Data, group_by: Sequence[str], where: Mapping[str, str]
) -> Samples:
    only = {"overflow"}
    found = [
        _request_samples(spec, merged(data.requests, REQUEST_MEASURES, group_by, where, only)),
        _request_samples(spec, merged(data.metrics, METRIC_MEASURES, group_by, where, only)),
    ]
    present = [samples for samples in found if len(samples)]
    return present[0] if len(present) == 1 else regrouped(stacked(present), group_by)


def _quota_samples(
    spec: MetricSpec, data: Data, group_by: Sequence[str], where: Mapping[str, str]
) -> Samples:
    wide = list(dict.fromkeys([*group_by, label.RESOURCE, label.DEPLOYMENT]))
    rollup = merged(data.requests, REQUEST_MEASURES, wide, where, {"n", "admitted_tokens"})
    owners = [dict(labels) for labels in rollup.labels]
    quota = np.full(len(rollup), np.nan)
    for row in range(len(rollup)):
        owner, slot = owners[rollup.series[row]], int(rollup.slots[row])
        deployments = data.pricing.deployments
        config = deployments.config(owner[label.RESOURCE], owner[label.DEPLOYMENT], instant(slot))
        limit = config and (
            config.tpm_quota if spec.name == names.TOKEN_USAGE_RATE else config.rpm_quota
        )
        if limit:
            quota[row] = limit * data.slot_m
    known = rollup.where(~np.isnan(quota))
    numbers, base = known.ints(spec.total).astype(np.float64), quota[~np.isnan(quota)]
    none = np.full(len(known), np.nan)
    samples = _ordered(known, known.ints("n"), [numbers, base, none, none, none], None, 1.0)
    return regrouped(samples, group_by, ratio=True)


def _split_samples(
    spec: MetricSpec,
    split: tuple[str, str],
    data: Data,
    group_by: Sequence[str],
    where: Mapping[str, str],
) -> Samples:
    name, measure = split
    outer = {key: text for key, text in where.items() if key != name}
    wide = [key for key in group_by if key != name]
    rollup = merged(data.requests, REQUEST_MEASURES, wide, outer, {measure, spec.count, "n"})
    if (entries := rollup.sparse.get(measure)) is None:
        return no_samples()
    terms = [kind_of_term(term) if measure == "tokens" else term for term in rollup.terms[measure]]
    kept = np.array([where.get(name, term) == term for term in terms])[entries.keys]
    rows, keys, sums = entries.rows[kept], entries.keys[kept], entries.sums[kept]
    groups = [(*own, (name, term)) for own in rollup.labels for term in terms]
    counts = sums if spec.count == "failed" else rollup.ints(spec.count)[rows]
    ones = np.ones(len(rows)) if spec.count == "failed" else np.full(len(rows), np.nan)
    fine = Samples(
        groups,
        rollup.series[rows] * len(terms) + keys,
        rollup.slots[rows],
        counts,
        sums.astype(np.float64),
        counts.astype(np.float64),
        ones,
        ones,
        ones,
    )
    return regrouped(fine, group_by)


def _ordered(
    rollup: Rollup, count: Ints, columns: Sequence[Floats], sketch: Sparse | None, scale: float
) -> Samples:
    """Return rows that have samples, by group and then slot."""
    order = np.lexsort((rollup.slots, rollup.series))
    order = order[count[order] > 0]
    if sketch is not None:
        place = np.full(len(rollup), -1, np.int64)
        place[order] = np.arange(len(order))
        row = place[sketch.rows]
        by_row = np.argsort(row, kind="stable")
        by_row = by_row[row[by_row] >= 0]
        sketch = Sparse(row[by_row], sketch.keys[by_row], sketch.sums[by_row])
    numbers, base, low, high, last = (column[order] for column in columns)
    return Samples(
        rollup.labels,
        rollup.series[order],
        rollup.slots[order],
        count[order],
        numbers,
        base,
        low,
        high,
        last,
        sketch,
        scale,
    )
