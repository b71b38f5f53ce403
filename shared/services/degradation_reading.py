"""Reading what models are judged by, of one series or of all at once."""

import asyncio
from collections.abc import Collection, Iterable, Sequence

from shared.domain.baseline.baseline import Baseline
from shared.domain.baseline.metrics import QUALITY_PREFIX
from shared.domain.baseline.observing import MEASURES
from shared.domain.degradation.change import Began, Change
from shared.domain.degradation.drift import DRIFT_D
from shared.domain.degradation.evidence import TIMED_MEASURES, Evidence, timed_by
from shared.domain.degradation.level_shift import HOURS_D, minute_of_change
from shared.domain.degradation.timelines import (
    Name,
    Timelines,
    collapsed,
    concerns,
    readings_of,
    timelines_of,
)
from shared.domain.label import Labels
from shared.domain.packing import Ints
from shared.domain.rollup.measures import MOMENTS, REQUEST_MEASURES, Kind
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.span import Span
from shared.domain.timeline import BUCKET_M, DAY_M, HOUR_M, floor_to, minute_of
from shared.services.reading import Freshness, ReadPorts, read_span

CAUSES = frozenset({*TIMED_MEASURES, *MOMENTS, "error_type", "error_class"})
_AROUND_M = HOUR_M
_LONGEST_AROUND_M = 8 * HOUR_M
_NONE = Span(0, 0)


async def read_evidence(
    span: Span, fresh: Freshness, ports: ReadPorts, *, wanted: Name | None, scores: bool
) -> Evidence:
    """Return what there is to judge models by.

    Args:
        span: what is judged.
        fresh: how far stored rollups can be relied on.
        ports: where from.
        wanted: the series; None reads every one.
        scores: whether quality scores are looked at.
    """
    hours_first = floor_to(span.end - HOURS_D * DAY_M, HOUR_M)
    before = Span(hours_first, max(hours_first, span.first))
    days_end = floor_to(span.end, DAY_M)
    days = Span(days_end - DRIFT_D * DAY_M, days_end)
    requests, metrics, earlier, daily = await asyncio.gather(
        _read(Kind.REQUEST, span, fresh, ports, MEASURES[Kind.REQUEST] | CAUSES),
        _read(Kind.METRIC, span if scores else _NONE, fresh, ports, MEASURES[Kind.METRIC]),
        _read(Kind.REQUEST, before, fresh, ports, TIMED_MEASURES),
        _read(Kind.REQUEST, days, fresh, ports, TIMED_MEASURES, Grain.DAY),
    )

    def observed() -> Evidence:
        current = collapsed(Kind.REQUEST, requests, span, wanted)
        quality = collapsed(Kind.METRIC, metrics, span, wanted)
        lately = [part.between(hours_first, span.end) for part in requests]
        return Evidence(
            span,
            current,
            readings_of({Kind.REQUEST: current, Kind.METRIC: quality}),
            _timelines([*earlier, *lately], HOUR_M, wanted),
            _timelines(daily, DAY_M, wanted),
            requests,
        )

    return await asyncio.to_thread(observed)


async def read_requests(
    spans: Sequence[Span], name: Name, fresh: Freshness, ports: ReadPorts
) -> Rollup:
    """Return the requests of spans, one row a series, with what explains changes."""
    parts = await asyncio.gather(
        *(_read(Kind.REQUEST, span, fresh, ports, CAUSES) for span in spans)
    )
    whole = [rollup for part in parts for rollup in part]
    return await asyncio.to_thread(collapsed, Kind.REQUEST, whole, spans[0], name)


async def refined(
    changes: Sequence[Change],
    name: Name,
    baseline: Baseline,
    evidence: Evidence,
    fresh: Freshness,
    ports: ReadPorts,
) -> list[Change]:
    """Return changes whose beginnings are known to five minutes, where those tell it."""
    known: dict[tuple[str | None, Began | None], Began | None] = {}
    for change in changes:
        asked = (timed_by(change.metric), change.began)
        if asked not in known:
            known[asked] = await _refined(change, name, baseline, evidence, fresh, ports)
    return [change.dated(known[timed_by(change.metric), change.began]) for change in changes]


async def _refined(
    change: Change,
    name: Name,
    baseline: Baseline,
    evidence: Evidence,
    fresh: Freshness,
    ports: ReadPorts,
) -> Began | None:
    began, metric = change.began, timed_by(change.metric)
    if began is None or metric not in baseline.metrics or metric is None:
        return began
    span, first = evidence.span, minute_of(began.earliest) - _AROUND_M
    end = min(minute_of(began.latest) + _AROUND_M, span.end)
    if end - first > _LONGEST_AROUND_M or span.end - span.first > _LONGEST_AROUND_M:
        return began
    before = Span(first, max(first, min(end, span.first)))
    parts = await _read(Kind.REQUEST, before, fresh, ports, TIMED_MEASURES, Grain.BUCKET)
    parts += [part.between(first, end) for part in evidence.recent]
    found = await asyncio.to_thread(_timelines, parts, BUCKET_M, name)
    normal, steps = baseline.metrics[metric], found.get(name, {}).get(metric)
    if steps is None:
        return began
    return minute_of_change(normal, steps, began, rises=change.current > change.baseline)


def has_scores(baselines: Iterable[Baseline]) -> bool:
    """Tell whether any baseline knows a quality score."""
    return any(metric.startswith(QUALITY_PREFIX) for each in baselines for metric in each.metrics)


def _timelines(parts: Sequence[Rollup], step_m: int, wanted: Name | None) -> Timelines:
    def key(labels: Labels) -> Labels | None:
        return labels if concerns(wanted, labels) else None

    def step(slots: Ints) -> Ints:
        return slots - slots % step_m

    kept = aggregate(parts, REQUEST_MEASURES, key=key, step=step, only=TIMED_MEASURES)
    return timelines_of({Kind.REQUEST: [kept]}, step_m)


async def _read(
    kind: Kind,
    span: Span,
    fresh: Freshness,
    ports: ReadPorts,
    only: Collection[str],
    coarsest: Grain = Grain.HOUR,
) -> list[Rollup]:
    return await read_span(kind, span.first, span.end, fresh, ports, only=only, coarsest=coarsest)
