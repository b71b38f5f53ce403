"""The summary of every metric over a span."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from shared.domain import label
from shared.domain.metric import names
from shared.domain.metric.frame import quantiles
from shared.domain.metric.samples import Samples
from shared.domain.metric.sampling import Data, samples_of
from shared.domain.metric.spec import DERIVED, Shape
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, HOUR_M
from shared.services.reading import Freshness, ReadPorts, freshness
from shared.services.series import load_data

_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


async def summarise(
    where: Mapping[str, str],
    span: Span,
    *,
    active_alerts: int,
    ports: ReadPorts,
) -> dict[str, Any]:
    """Return each metric's count, mean, bounds, quantiles and latest value; see the HTTP contract.

    A ratio's bounds and latest value are those of its minutes for spans of up to a day, of its
    hours beyond; it counts the minutes (hours) with a value.

    Args:
        where: label -> the value it must have.
        span: minutes covered.
        active_alerts: alerts that fire and are not acknowledged.
        ports: where from.
    """
    fresh = await freshness(ports)
    grain = Grain.BUCKET if span.end - span.first <= DAY_M + 1 else Grain.HOUR
    data = await load_data(None, span, fresh, grain, ports=ports)
    ends = [await _ending(span.end, length, fresh, ports=ports) for length in (HOUR_M, DAY_M)]
    breakdown: dict[str, Any] = {}
    for metric in [*DERIVED, *_client_names(data)]:
        samples = samples_of(metric, data, (), where)
        if len(samples):
            breakdown[metric] = _line(metric, samples, ends, where)
            if len(samples_of(metric, data, (label.MODEL,), where).groups) > 1:
                breakdown[metric]["mixed"] = True
    return {
        **span.described(fresh.through),
        "total_metrics": sum(line["count"] for line in breakdown.values()),
        "unique_metrics": len(breakdown),
        "active_alerts": active_alerts,
        "metric_breakdown": breakdown,
    }


async def _ending(end: int, length: int, fresh: Freshness, *, ports: ReadPorts) -> Data:
    span = Span(end - length, end)
    return await load_data(None, span, fresh, Grain.HOUR, ports=ports)


def _line(
    metric: str, samples: Samples, ends: list[Data], where: Mapping[str, str]
) -> dict[str, Any]:
    spec = DERIVED.get(metric)
    ratio = spec is not None and spec.shape is Shape.RATIO
    whole = np.array([0]), np.array([len(samples)])
    means = [_mean(samples_of(metric, data, (), where)) for data in ends]
    return {
        "count": len(samples) if ratio else int(samples.count.sum()),
        "avg_value": _mean(samples),
        "min_value": _number(np.fmin.reduce(samples.low)),
        "max_value": _number(np.fmax.reduce(samples.high)),
        "latest_value": _number(samples.last[-1]),
        **{name: _number(quantiles(samples, *whole, share)[0]) for name, share in _SHARES.items()},
        "hourly_avg": means[0],
        "daily_avg": means[1],
        "unit": spec.unit if spec else _unit(metric),
    }


def _unit(metric: str) -> str | None:
    return "1" if names.is_quality(metric) else None


def _mean(samples: Samples) -> float | None:
    base = float(samples.base.sum())
    return float(samples.total.sum()) / base if base else None


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _client_names(data: Data) -> list[str]:
    found = {dict(labels)[label.METRIC_NAME] for part in data.metrics for labels in part.labels}
    return sorted(found)
