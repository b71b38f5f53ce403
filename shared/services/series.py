"""A metric over time, as a chart needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.domain.anomaly.watch import STEP_M
from shared.domain.metric import names
from shared.domain.metric.frame import measure_samples
from shared.domain.metric.sampling import Data, samples_of
from shared.domain.metric.spec import DERIVED, QUOTA_RATIOS, Shape, aggregation_fault
from shared.domain.metric.window import Aggregation, Expression
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.span import Span
from shared.domain.timeline import floor_to, rfc3339_minute
from shared.errors import InvalidInput
from shared.services.reading import Freshness, ReadPorts, freshness, read_span

MAX_POINTS = 11_000


@dataclass(frozen=True, slots=True)
class SeriesQuery:
    """What a chart asks for.

    Attributes:
        metric: its name.
        aggregation: how a step's samples become one number.
        span: minutes covered.
        step_m: minutes a point.
        group_by: labels that tell series apart.
        where: label -> the value it must have.
    """

    metric: str
    aggregation: Aggregation
    span: Span
    step_m: int
    group_by: tuple[str, ...]
    where: Mapping[str, str]


async def query_series(query: SeriesQuery, *, ports: ReadPorts) -> dict[str, Any]:
    """Return a metric's series; a point is the step that begins there, None without data.

    Args:
        query: what is asked for.
        ports: where from.

    Raises:
        InvalidInput: more than 11,000 points a series, or an aggregation that a ratio has not.
    """
    span, step = query.span, query.step_m
    points = -(-(span.end - span.first) // step)
    if points > MAX_POINTS:
        raise InvalidInput.at("step_s", f"expected at most {MAX_POINTS} points, got {points}")
    reason = aggregation_fault(query.metric, query.aggregation)
    if reason:
        raise InvalidInput.at("aggregation", reason)
    fresh = await freshness(ports)
    if query.metric == names.ANOMALY_SCORE:
        data = Data(boards=await ports.boards.boards(floor_to(span.first, STEP_M), span.end))
    else:
        data = await load_data(query.metric, span, fresh, _coarsest(query), ports=ports)
    samples = samples_of(query.metric, data, query.group_by, query.where)
    times = span.first + step * np.arange(1, points + 1)
    expression = Expression(query.metric, query.aggregation, step, query.group_by)
    starts = [rfc3339_minute(int(time) - step) for time in times]
    series = [
        {
            "labels": dict(found.labels),
            "points": [
                [start, None if np.isnan(value) else value]
                for start, value in zip(starts, found.values.tolist(), strict=True)
            ],
        }
        for found in measure_samples(samples, expression, times)
    ]
    return {
        **span.described(fresh.through),
        "metric": query.metric,
        "aggregation": query.aggregation,
        "step_s": step * 60,
        "series": series,
    }


async def load_data(
    metric: str | None,
    span: Span,
    fresh: Freshness,
    coarsest: Grain,
    *,
    ports: ReadPorts,
) -> Data:
    """Return what a metric's samples are drawn from; None loads all derived and client metrics."""
    spec = DERIVED.get(metric) if metric else None
    only = None
    if spec is not None:
        only = {"n", *spec.measures, *(measure for _, measure in spec.splits)}
    first, end = span.first, span.end
    requests = (
        await read_span(Kind.REQUEST, first, end, fresh, ports, only=only, coarsest=coarsest)
        if spec is not None or metric is None
        else []
    )
    overflow = spec is not None and "overflow" in spec.measures
    metrics = (
        await read_span(
            Kind.METRIC,
            first,
            end,
            fresh,
            ports,
            only={"n", "overflow"} if overflow else None,
            coarsest=coarsest,
        )
        if spec is None or overflow
        else []
    )
    pricing = await ports.load_pricing()
    return Data(requests, metrics, pricing, coarsest.minutes if coarsest is not Grain.BUCKET else 1)


def _coarsest(query: SeriesQuery) -> Grain:
    spec = DERIVED.get(query.metric)
    by_minute = spec is not None and spec.shape is Shape.RATIO
    if by_minute and (query.metric in QUOTA_RATIOS or query.aggregation is not Aggregation.AVG):
        return Grain.BUCKET
    for grain in (Grain.DAY, Grain.HOUR):
        if query.step_m % grain.minutes == 0 and query.span.first % grain.minutes == 0:
            return grain
    return Grain.BUCKET
